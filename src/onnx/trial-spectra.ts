/**
 * Generates the spectra of a trial, always the same: peaks of different positions, heights and widths on a rising
 * baseline, with a little noise. All values are between 0 and 1, like reflectances and most absorbances, and no
 * spectrum is flat, because some preprocessing takes logarithms or divides by the standard deviation.
 */
export function trialSpectra(points: number, count: number): Float64Array[] {
  const random = randomNumbers(20_261_126);
  return Array.from({ length: count }, () => {
    const [offset, height, slope] = [0.05 + 0.1 * random(), 0.3 + 0.45 * random(), random()];
    const peaks = Array.from({ length: 5 }, () => ({
      center: random(),
      width: 0.01 + 0.15 * random(),
      strength: 0.1 + random(),
    }));
    const signal = Float64Array.from({ length: points }, (_, i) => {
      const x = (i + 0.5) / points;
      return peaks.reduce(
        (sum, { center, width, strength }) => sum + strength * Math.exp(-(((x - center) / width) ** 2)),
        0.01 + slope * x,
      );
    });
    const max = signal.reduce((largest, value) => Math.max(largest, value), 0);
    return signal.map(value => offset + height * (value / max) + 0.002 * random());
  });
}

/** Pseudorandom numbers between 0 and 1 (mulberry32), the same for the same seed. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}
