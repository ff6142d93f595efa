import { describe, expect, it } from 'vitest';
import { clipboardSequence, copiedWords } from '../../src/ui/clipboard.ts';

describe('copying', () => {
  it('asks the terminal by OSC 52, whatever the text holds', () => {
    const text = 'a\u001b]0;x\u0007\n漢字';
    const [, base64 = ''] =
      /^\x1b\]52;c;([A-Za-z0-9+/=]*)\x1b\\$/.exec(clipboardSequence(text) ?? '') ?? [];
    expect(Buffer.from(base64, 'base64').toString('utf8')).toBe(text);
  });

  it('asks for nothing that terminals would drop', () => {
    expect(clipboardSequence('x'.repeat(75_000))).not.toBeNull();
    expect(clipboardSequence('x'.repeat(75_001))).toBeNull();
  });

  it('is called copied only where a program said so', () => {
    expect(copiedWords(true, 'wl-copy')).toBe('Copied by wl-copy.');
    expect(copiedWords(true, null)).toContain('does not say whether');
    expect(copiedWords(false, null)).toContain('Not copied');
  });
});
