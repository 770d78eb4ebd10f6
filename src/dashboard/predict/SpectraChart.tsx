import 'uplot/dist/uPlot.min.css';

import { Group, Text, useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import { countSpectra, formatNumber } from '../ui/numbers';
import type { Spectrum } from './spectra-files';

const HEIGHT = 280;
/** More lines than these are a surface, and slow. */
const MAX_LINES = 200;
/** Faint on light and dark alike. */
const GRID = 'rgb(128 128 128 / 18%)';

const number = new Intl.NumberFormat('en', { maximumSignificantDigits: 6, useGrouping: false });

/** The spectra as lines over their x axis; those that the model cannot take in red. */
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

/** What the chart shows, in words; with the order in which the points are sent. */
function describe(spectra: readonly Spectrum[]): string {
  const lengths = spectra.map(({ y }) => y.length);
  const [least, most] = rangeOf(lengths);
  const points = least === most ? `${formatNumber(most)} points` : `${least} to ${most} points`;
  const axes = new Set(
    spectra.map(({ x }) => `x from ${number.format(x[0] ?? 0)} to ${number.format(x.at(-1) ?? 0)}`),
  );
  const [axis] = axes;
  const [low, high] = rangeOf(spectra.flatMap(({ y }) => rangeOf(y)));
  return `${countSpectra(spectra.length)} of ${points}, ${axes.size === 1 ? axis : 'on different x axes'}, y between ${number.format(low)} and ${number.format(high)}`;
}

function rangeOf(values: readonly number[]): [least: number, most: number] {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return [least, most];
}

/** At most this many entries, evenly chosen. */
function spread<T>(entries: readonly T[], most: number): readonly T[] {
  if (entries.length <= most) return entries;
  return entries.filter(
    (_entry, index) =>
      Math.floor((index * most) / entries.length) !== Math.floor(((index - 1) * most) / entries.length),
  );
}

/** A spectrum as the chart takes it: by ascending x, whatever the order of its columns. */
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
  // Few lines are read one by one; many make a picture of where they lie close together.
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
