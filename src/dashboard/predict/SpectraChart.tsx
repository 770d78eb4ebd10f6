import 'uplot/dist/uPlot.min.css';

import { Group, Text, useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import { countSpectra, formatNumber } from '../ui/numbers';
import type { Spectrum } from './spectra-files';

const HEIGHT = 280;
/** Max lines: more would merge into an area, and be slow to draw. */
const MAX_LINES = 200;
/** Faint in both color schemes. */
const GRID = 'rgb(128 128 128 / 18%)';

const number = new Intl.NumberFormat('en', { maximumSignificantDigits: 6, useGrouping: false });

/** The spectra as lines over their x axis; in red those that the model does not accept. */
export function SpectraChart({
  spectra,
  inputLength,
}: {
  spectra: readonly Spectrum[];
  inputLength: number;
}) {
  const place = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme('light');

  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of the color scheme redraws the chart
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const drawn = spread(spectra, MAX_LINES);
    const chart = new uPlot(optionsFor(element, drawn, inputLength), uPlot.join(drawn.map(toTable)), element);
    const observer = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      chart.destroy();
    };
  }, [spectra, inputLength, scheme]);

  const description = describe(spectra);
  return (
    <figure style={{ margin: 0 }}>
      <div ref={place} role="img" aria-label={`Line chart of ${description}`} style={{ height: HEIGHT }} />
      <Group component="figcaption" justify="space-between" gap="xs" mt="xs">
        <Text size="sm" c="dimmed">
          {description}
        </Text>
        {spectra.length > MAX_LINES && (
          <Text size="sm" c="dimmed">
            {MAX_LINES} of them drawn
          </Text>
        )}
      </Group>
    </figure>
  );
}

/** Describes the chart in words, with the order in which the points are sent. */
function describe(spectra: readonly Spectrum[]): string {
  const lengths = spectra.map(({ y }) => y.length);
  const [min, max] = rangeOf(lengths);
  const points = min === max ? `${formatNumber(max)} points` : `${min} to ${max} points`;
  const axes = new Set(
    spectra.map(({ x }) => `x from ${number.format(x[0] ?? 0)} to ${number.format(x.at(-1) ?? 0)}`),
  );
  const [axis] = axes;
  const [low, high] = rangeOf(spectra.flatMap(({ y }) => rangeOf(y)));
  return `${countSpectra(spectra.length)} of ${points}, ${axes.size === 1 ? axis : 'on different x axes'}, y between ${number.format(low)} and ${number.format(high)}`;
}

function rangeOf(values: readonly number[]): [min: number, max: number] {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return [min, max];
}

/** At most `max` entries, evenly chosen. */
function spread<T>(entries: readonly T[], max: number): readonly T[] {
  if (entries.length <= max) return entries;
  return entries.filter(
    (_entry, index) =>
      Math.floor((index * max) / entries.length) !== Math.floor(((index - 1) * max) / entries.length),
  );
}

/** The data of a spectrum for the chart, by ascending x. */
function toTable({ x, y }: Spectrum): [number[], number[]] {
  const points = x.map((at, index): [number, number] => [at, y[index] ?? 0]);
  points.sort(([one], [other]) => one - other);
  return [points.map(([at]) => at), points.map(([, value]) => value)];
}

function optionsFor(element: HTMLElement, drawn: readonly Spectrum[], inputLength: number): uPlot.Options {
  const styles = getComputedStyle(element);
  const color = (name: string) => styles.getPropertyValue(`--mantine-color-${name}`).trim();
  const axis = {
    stroke: color('dimmed'),
    font: `12px ${styles.fontFamily}`,
    grid: { stroke: GRID, width: 1 },
    ticks: { stroke: GRID, width: 1, size: 5 },
    values: (_chart: uPlot, values: number[]) => values.map(value => number.format(value)),
  };
  // A few lines are read one by one; many are drawn fainter, so that dense areas stand out.
  const alpha = Math.max(0.25, Math.min(0.9, 6 / drawn.length));
  return {
    width: element.clientWidth,
    height: HEIGHT,
    padding: [8, 24, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: false } },
    axes: [
      { ...axis, size: 32 },
      { ...axis, size: 56 },
    ],
    series: [
      {},
      ...drawn.map(({ y }) => {
        const fits = y.length === inputLength;
        return {
          stroke: color(fits ? 'anchor' : 'error'),
          width: 1.5,
          alpha: fits ? alpha : 1,
          points: { show: y.length < 2 },
        };
      }),
    ],
  };
}
