// The rules that keep a private room whole and closed, each with what takes it out of the code: schedules of five
// people must then fail (rules.test.ts).
import type { Rule } from './rules.ts';

interface RoomRule extends Rule {
  /** A seed before one that fails soon; else most do after 15. */
  readonly first?: number;
}

export const ROOM_RULES: readonly RoomRule[] = [
  {
    name: 'who must not read on holds no key of what comes next',
    file: 'core/room-keys.ts',
    text: 'const mayRead = new Set(fork === null',
    without: 'if (fork === null) return;\n  const mayRead = new Set(fork === null',
  },
  {
    name: 'nobody hears who was taken out',
    file: 'core/private-members.ts',
    text: 'return inner.log.members.has(owner) ? null : 0;',
    without: 'return null;',
    first: 36,
  },
  {
    name: 'a message waits for what its writer knew of the room',
    file: 'core/room-inbox.ts',
    text: "if (inner.fork !== null || compareHead(inner.log, record.head) !== 'same') return false;",
    without: '',
  },
  {
    name: 'who knows more is asked for it',
    file: 'core/doubts.ts',
    text: 'if (inner.doubts.size >= MAX_DOUBTS) return;',
    without: 'if (inner.doubts.size >= 0) return;',
  },
  {
    name: 'every member is given the key of who speaks',
    file: 'core/room-keys.ts',
    text: 'for (const id of missing.slice(0, MAX_GIVEN_A_STEP)) give(core, room, { own, to: id });',
    without: '',
  },
  {
    name: 'who is handed the room signs with the pen that they promised',
    file: 'core/operations.ts',
    text: 'if (isOurs && inner.pen === null) inner.pen = inner.nextPen;',
    without: '',
  },
  {
    name: 'who left says so again to whoever counts them in',
    file: 'core/rooms-left.ts',
    text: 'if (core.roomsLeft.includes(room)) declineRoom(core, to, { room });',
    without: '',
    first: 66,
  },
  {
    name: 'every member is handed every operation',
    file: 'core/operations.ts',
    text: '{ to: before, operations: [operation] }',
    without: '{ to: [], operations: [operation] }',
  },
  {
    name: 'operations are on disk',
    file: 'core/operations.ts',
    text: 'saveOperations(core, room, before.heads.length);',
    without: '',
  },
  {
    name: 'the pen is on disk',
    file: 'core/durable-private.ts',
    text: 'pen: pen === null ? null : penSeed(pen),',
    without: 'pen: null,',
  },
  {
    name: 'what is missing is shown as a gap',
    file: 'core/room-inbox.ts',
    text: "if (missing > 0) emit(core, { type: 'gap', from, room: room.label, missing });",
    without: '',
  },
];
