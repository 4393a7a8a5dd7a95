import { expect, it } from 'vitest';
import { ThreadTrack } from '../../src/detect/thread-track.js';

it('a thread that has the place of one whose process left is as any other', () => {
  const track = new ThreadTrack();
  track.mute();
  const group = { startNs: 0, endNs: 10, first: 0, last: 1 };
  track.reported.add(1, group);
  track.become(5);
  expect(track).toMatchObject({ tid: 5, muted: false, assigned: false });
  expect(track.reported.has(group)).toBe(false);
});
