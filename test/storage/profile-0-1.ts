// A profile as version 0.1 left it, byte by byte: today's lanchat must open it.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const ID_0_1 = '66f98b30867b98be3575a42ed457e2e6c873b04781d5e082de76c2f8c5dd80f8';
export const SEED_0_1 = 'f9526972db0b81fe2b258cd6c100d84720a7440f420478764217c4375f9c7909';

const IDENTITY =
  `{"v":1,"sum":"4c4633e57cd46076060a6ccc28b6b9c7","data":{"id":"${ID_0_1}","seed":"${SEED_0_1}",` +
  '"nick":"Äsha","cardSeq":"3","bundleSeq":"7","createdMs":1795835338398}}\n';
const SETTINGS =
  '{"v":1,"sum":"3e2c85eed728b45b60faa30ba2ea0752","data":{"rooms":["lobby","ward-3"]}}\n';

const PINS =
  '{"v":1,"sum":"2670b3a329436d4f1fc454eefe8caceb","data":[{"id":"edf8030e19242f3a45505b66717c879' +
  '29da8b3bec9d4dfeaf5000b16212c3742","ed25519":"121d28333e49545f6a75808b96a1acb7c2cdd8e3eef9040f' +
  '1a25303b46515c67","x25519":"37424d58636e79848f9aa5b0bbc6d1dce7f2fd08131e29343f4a55606b76818c",' +
  '"nick":"Béla Quist","firstSeenMs":1795835340000,"verifiedAtMs":1795835360000,"contacted":true,' +
  '"acceptedNick":null},{"id":"5c67727d88939ea9b4bfcad5e0ebf6010c17222d38434e59646f7a85909ba6b1",' +
  '"ed25519":"818c97a2adb8c3ced9e4effa05101b26313c47525d68737e89949faab5c0cbd6","x25519":"a6b1bcc' +
  '7d2dde8f3fe09141f2a35404b56616c77828d98a3aeb9c4cfdae5f0fb","nick":"sister-mary","firstSeenMs":' +
  '1795835350000,"verifiedAtMs":null,"contacted":false,"acceptedNick":"sister-mary"}]}\n';
const RELAYS =
  '{"v":1,"sum":"069f611812fd2ebea92e4ebd419b0253","data":[{"id":"cbd6e1ecf7020d18232e39444f5a657' +
  '07b86919ca7b2bdc8d3dee9f4ff0a1520","name":"ward relay","host":"192.0.2.77","port":7717,"lastUs' +
  'edMs":1795835370000}]}\n';

/** What these files show to whoever reads them, beside the name and ID of the profile itself. */
export const SHOWN_0_1 = [
  'Béla Quist',
  'edf8030e19242f3a45505b66717c87929da8b3bec9d4dfeaf5000b16212c3742',
  '121d28333e49545f6a75808b96a1acb7c2cdd8e3eef9040f1a25303b46515c67',
  'sister-mary',
  '5c67727d88939ea9b4bfcad5e0ebf6010c17222d38434e59646f7a85909ba6b1',
  'verifiedAtMs',
  '"lobby","ward-3"',
  'ward relay',
  'cbd6e1ecf7020d18232e39444f5a65707b86919ca7b2bdc8d3dee9f4ff0a1520',
  '192.0.2.77',
] as const;

/** Nick Äsha, cardSeq 3, bundleSeq 7, in #lobby and #ward-3; two people, the first of them verified; one relay. */
export function writeProfile01(folder: string): void {
  writeFileSync(join(folder, 'identity.json'), IDENTITY, { mode: 0o600 });
  writeFileSync(join(folder, 'settings.json'), SETTINGS, { mode: 0o600 });
  writeFileSync(join(folder, 'pins.json'), PINS, { mode: 0o600 });
  writeFileSync(join(folder, 'relays.json'), RELAYS, { mode: 0o600 });
}
