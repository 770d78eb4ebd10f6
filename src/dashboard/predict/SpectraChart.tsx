import 'uplot/dist/uPlot.min.css';

import { Text, useComputedColorScheme } from '@mantine/core';
import { useEffect, useMemo, useRef, useState } from 'react';
import uPlot from 'uplot';
import type { OrderedFile } from '../../spectra/ordered-file.ts';
import { formatNumber, formatShort } from '../ui/numbers';
import { type ChartData, type ChartModel, chartData } from './chart-data.ts';
import classes from './SpectraChart.module.css';
import type { SpectrumToSend } from './spectra.ts';

const HEIGHT = 300;
/** Faint in both color schemes. */
const GRID = 'rgb(128 128 128 / 18%)';
const BAND = 'rgb(128 128 128 / 22%)';
/** Max points that are redrawn while the pointer moves. */
const MAX_POINTS_TO_FOCUS = 200_000;
/** How near the pointer must be to a line, in pixels, to name its sample. */
const FOCUS_DISTANCE = 12;

/** The spectra as lines, from left to right in the order in which their points are sent. */
export function SpectraChart({ files, model }: { files: readonly OrderedFile[]; model: ChartModel }) {
  const place = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme('light');
  const data = useMemo(() => chartData(files, model), [files, model]);
  const [focused, setFocused] = useState<SpectrumToSend | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of the color scheme redraws the chart
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const chart = new uPlot(optionsFor(element, data, setFocused), tableOf(data), element);
    const observer = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      chart.destroy();
      setFocused(null);
    };
  }, [data, scheme]);

  const { description, lines, band } = data;
  const total = files.reduce((sum, { samples }) => sum + samples.length, 0);
  const remarks = [
    ...(band ? ['the shaded area is the range of the calibration'] : []),
    ...(lines.length < total ? [`${formatNumber(lines.length)} of the spectra are drawn`] : []),
  ].join('; ');
  return (
    <figure className={classes.figure}>
      <div
        ref={place}
        role="img"
        aria-label={`Line chart of ${description}${band ? ', over the range of the calibration' : ''}`}
        style={{ height: HEIGHT }}
      />
      {/* What the pointer is on; for screen readers there is the table. */}
      <Text size="sm" fw={500} aria-hidden="true" className={classes.focused}>
        {focused?.sampleName}
      </Text>
      <Text component="figcaption" size="sm" c="dimmed" mt={4}>
        {description}
        {remarks && `; ${remarks}`}
      </Text>
    </figure>
  );
}

/** The columns of the chart: x, the range of the calibration if there is one, and the spectra. */
function tableOf({ x, band, lines }: ChartData): uPlot.AlignedData {
  const ranges = band ? [[...band.max], [...band.min]] : [];
  return [[...x], ...ranges, ...lines.map(({ y }) => y)];
}

function optionsFor(
  element: HTMLElement,
  { x, descending, xLabel, yLabel, lines, band }: ChartData,
  onFocus: (spectrum: SpectrumToSend | null) => void,
): uPlot.Options {
  const styles = getComputedStyle(element);
  const color = (name: string) => styles.getPropertyValue(`--mantine-color-${name}`).trim();
  const font = `12px ${styles.fontFamily}`;
  const axis = {
    stroke: color('dimmed'),
    font,
    labelFont: font,
    labelSize: 18,
    grid: { stroke: GRID, width: 1 },
    ticks: { stroke: GRID, width: 1, size: 5 },
    values: (_chart: uPlot, values: number[]) => values.map(value => formatShort(value)),
  };
  // A few lines are read one by one; many are drawn fainter, so that dense areas stand out.
  const share = Math.round(100 * Math.max(0.25, Math.min(0.9, 6 / lines.length)));
  const stroke = `color-mix(in srgb, ${color('anchor')} ${share}%, transparent)`;
  const ofBand = band ? 2 : 0;
  const canFocus = lines.length > 1 && lines.length * x.length <= MAX_POINTS_TO_FOCUS;
  return {
    width: element.clientWidth,
    height: HEIGHT,
    padding: [8, 24, 0, 0],
    legend: { show: false },
    focus: { alpha: canFocus ? 0.25 : 1 },
    cursor: {
      show: canFocus,
      x: false,
      y: false,
      points: { show: false },
      drag: { x: false, y: false },
      focus: { prox: FOCUS_DISTANCE },
    },
    hooks: {
      setSeries: [
        (_chart, index) => onFocus(index === null ? null : (lines[index - 1 - ofBand]?.spectrum ?? null)),
      ],
    },
    scales: { x: { time: false, dir: descending ? -1 : 1 } },
    axes: [
      { ...axis, size: 32, label: xLabel },
      { ...axis, size: widthOf, ...(yLabel ? { label: yLabel } : {}) },
    ],
    series: [
      {},
      ...Array.from({ length: ofBand }, () => ({ width: 0, points: { show: false } })),
      ...lines.map(({ y }) => ({ stroke, width: 1.5, points: { show: y.length < 2 } })),
    ],
    bands: band ? [{ series: [1, 2], fill: BAND }] : [],
  };
}

const CHARACTER_WIDTH = 7;

/** The width of the labels of an axis in pixels: values such as 1e-30 are long. */
const widthOf = (_chart: uPlot, labels: readonly string[] | null) =>
  18 + CHARACTER_WIDTH * Math.max(4, ...(labels ?? []).map(label => label.length));
