// Stores that break their promises, to show that a kill run notices: what is committed is not there after a kill.
import { ProfileStore } from '../../src/storage/profile-store.ts';

const LATE_MS = 150;

/** From now on in this process. `none` and what it doesn't know leave everything as it is. */
export function breakStore(fault: string): void {
  const { commit } = ProfileStore.prototype;
  if (fault === 'commits-late') {
    ProfileStore.prototype.commit = function (batch) {
      setTimeout(() => commit.call(this, batch), LATE_MS);
    };
  }
  if (fault === 'keeps-no-state') {
    ProfileStore.prototype.commit = function ({ history }) {
      commit.call(this, { state: [], history });
    };
  }
}
