import type { Features } from "./hdf5.ts";

/**
 * A clip's frame features [T, F] as exactly `frames` rows: shorter clips are filled up with rows of zeros, longer ones
 * max-pooled over time, row i over the frames ⌊i·T/frames⌋ … ⌈(i+1)·T/frames⌉ − 1 (adaptive max pooling; spec: datasets
 * §9.1).
 */
export function resampledClip(clip: Features, frames: number): Features {
  const { rows, width, values } = clip;
  if (rows === frames) return clip;
  const resampled = new Float32Array(frames * width);
  if (rows < frames) {
    resampled.set(values);
    return { rows: frames, width, values: resampled };
  }
  for (let row = 0; row < frames; row++) {
    const into = resampled.subarray(row * width, (row + 1) * width);
    const first = Math.floor((row * rows) / frames);
    const end = Math.ceil(((row + 1) * rows) / frames);
    into.set(values.subarray(first * width, (first + 1) * width));
    for (let frame = first + 1; frame < end; frame++) {
      const source = values.subarray(frame * width, (frame + 1) * width);
      for (let channel = 0; channel < width; channel++) {
        const value = source[channel] ?? 0;
        if (value > (into[channel] ?? 0)) into[channel] = value;
      }
    }
  }
  return { rows: frames, width, values: resampled };
}
