import { describe, expect, it } from 'vitest';
import { ThreadTrack } from '../../src/detect/thread-track.js';

/** As many as a track remembers, and some. */
const MORE = 300;

function tracked(...spikes: readonly (readonly [id: number, startNs: number, endNs: number])[]) {
  const track = new ThreadTrack();
  for (const [id, startNs, endNs] of spikes) track.report(id, startNs, endNs, 1, false);
  return track;
}

const ids = (track: ThreadTrack, startNs: number, endNs: number): number[] =>
  track.takeReported(startNs, endNs).map(({ id }) => id);

describe('the spikes of a thread that were reported', () => {
  it('are taken by what overlaps them, once, in the order of time', () => {
    const track = tracked([1, 0, 10], [3, 40, 50], [2, 20, 30]);
    expect(ids(track, 10, 20)).toEqual([]);
    expect(ids(track, 9, 41)).toEqual([1, 2, 3]);
    expect(ids(track, 0, 100)).toEqual([]);
  });

  it('are those of late, each with what was said of it last', () => {
    const track = new ThreadTrack();
    for (let i = 1; i <= MORE; i++) track.report(i, 100 * i, 100 * i + 10, i, i % 2 === 0);
    const kept = track.takeReported(0, Infinity);
    expect(kept).toEqual(
      Array.from({ length: 256 }, (_, k) => {
        const id = MORE - 255 + k;
        const startNs = 100 * id;
        return { id, startNs, endNs: startNs + 10, pieces: id, withheld: id % 2 === 0 };
      }),
    );
    expect(new Set(kept).size).toBe(256);
  });

  it('are known again just as they were, and alone', () => {
    const track = tracked([1, 0, 10], [2, 20, 30], [3, 40, 50]);
    expect(track.isReported(20, 30, 1)).toBe(true);
    expect(track.isReported(20, 30, 2)).toBe(false);
    expect(track.isReported(20, 31, 1)).toBe(false);
    expect(track.isReported(19, 30, 1)).toBe(false);
    expect(track.isReported(60, 70, 1)).toBe(false);
    expect(track.isReported(-10, -5, 1)).toBe(false);
    expect(ids(track, 0, 100)).toEqual([1, 2, 3]);
    // They do not overlap as a rule; where they do, it is not known as the only one.
    const other = tracked([1, 0, 25], [2, 20, 30]);
    expect(other.isReported(20, 30, 1)).toBe(false);
  });
});

it('a thread that has the place of one whose process left is as any other', () => {
  const track = new ThreadTrack();
  track.mute();
  track.become(5);
  expect(track).toMatchObject({ tid: 5, muted: false, assigned: false });
});
