import { expect, it } from 'vitest';
import { ThreadTrack } from '../../src/detect/thread-track.js';

it('a thread that has the place of one whose process left is as any other', () => {
  const track = new ThreadTrack();
  track.mute();
  track.reported.add(1, 0, 10, 1);
  track.become(5);
  expect(track).toMatchObject({ tid: 5, muted: false, assigned: false });
  expect(track.reported.has(0, 10, 1)).toBe(false);
});
