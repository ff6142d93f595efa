// A relay on a small disk of its own, which something else can fill.
import { onTestFinished } from 'vitest';
import { makeTestFolder, removeTestFolder, startChild } from '../storage/children.ts';
import { bundleScript } from '../support/bundle.ts';

/** On so many MB, `takenBytes` of which something that can be deleted has. Ends with the test. */
export async function relayOnDiskOf(megabytes: number, takenBytes: number) {
  const script = await bundleScript('test/relay/relay-disk-child.ts');
  const folder = makeTestFolder();
  const mount = `mount -t tmpfs -o size=${megabytes}m none "$1"`;
  const fill = takenBytes === 0 ? '' : ` && head -c ${takenBytes} /dev/zero > "$1/ballast"`;
  const child = startChild([
    ...['unshare', '-m', 'sh', '-c'],
    ...[`${mount}${fill} && exec "$2" "$3" "$1/relay.db" "$1/ballast"`, 'sh'],
    ...[folder, process.execPath, script.path],
  ]);
  onTestFinished(async () => {
    child.process.kill('SIGKILL');
    await child.exited;
    script.remove();
    removeTestFolder(folder);
  });
  const { port } = (await child.next()) ?? {};
  return { child, port: Number(port) };
}
