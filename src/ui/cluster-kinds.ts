// The kinds of clusters about whose width terminals disagree, and how each may be counted; knows no terminal.
import stringWidth from 'string-width';

export type ClusterKind = 'conjunct' | 'joined' | 'toned' | 'flag' | 'styled';

/**
 * `whole`: one character, as Unicode means it. `parts`: each code point by itself, as `wcwidth` does.
 * `careful`: neither fits, so the wider of both: text then breaks early, and nothing is clipped.
 */
export type ClusterMeasure = 'whole' | 'parts' | 'careful';

/** What is not named is `whole`. */
export type ClusterMeasures = { readonly [Kind in ClusterKind]?: ClusterMeasure };

/** One of each kind, to ask a terminal about. */
export const CLUSTER_SAMPLES: readonly (readonly [ClusterKind, string])[] = [
  ['conjunct', 'स्ते'],
  ['joined', '👩‍👩‍👧‍👦'],
  ['toned', '👍🏽'],
  ['flag', '🇮🇳'],
  ['styled', '❤️'],
];

const FLAG = /^\p{Regional_Indicator}{2}$/u;
const JOINED = /\p{Extended_Pictographic}.*\u200d/u;
const TONED = /.\p{Emoji_Modifier}/u;
const STYLED = /\ufe0f/;
const CONJUNCT = /\p{L}.*\p{L}/u;
const HANGUL = /\p{Script=Hangul}/u;

/** Null where terminals agree. */
export function clusterKind(cluster: string): ClusterKind | null {
  if (FLAG.test(cluster)) return 'flag';
  if (JOINED.test(cluster)) return 'joined';
  if (TONED.test(cluster)) return 'toned';
  if (STYLED.test(cluster)) return 'styled';
  // The letters of a Korean syllable are one character everywhere.
  return CONJUNCT.test(cluster) && !HANGUL.test(cluster) ? 'conjunct' : null;
}

/** Cells of a cluster counted in that way. */
export function countCluster(cluster: string, measure: ClusterMeasure): number {
  if (measure === 'whole') return stringWidth(cluster, { countAnsiEscapeCodes: true });
  let parts = 0;
  for (const character of cluster) parts += stringWidth(character, { countAnsiEscapeCodes: true });
  return measure === 'parts' ? parts : Math.max(parts, countCluster(cluster, 'whole'));
}
