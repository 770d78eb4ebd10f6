import { type CSSVariablesResolver, createTheme, type MantineColorsTuple, Tooltip } from '@mantine/core';

// The accent color, moss green. White text on shade 7 has a contrast of 5.2:1, shade 4 on dark surfaces 7:1.
const moss: MantineColorsTuple = [
  '#f3f7ee',
  '#e5ecda',
  '#cddab9',
  '#b2c795',
  '#9cb777',
  '#86a35f',
  '#6c8b4b',
  '#55753a',
  '#465f31',
  '#364a27',
];

// Mantine's greys with a little green, so that dark surfaces match the accent color.
const dark: MantineColorsTuple = [
  '#d3d7cf',
  '#b9bfb3',
  '#9aa194',
  '#767d70',
  '#3f453b',
  '#353a31',
  '#22261f',
  '#1d211b',
  '#171a15',
  '#11140f',
];

export const theme = createTheme({
  colors: { moss, dark },
  primaryColor: 'moss',
  primaryShade: 7,
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  fontFamily: 'Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  headings: { fontWeight: '600', sizes: { h1: { fontSize: '1.5rem' }, h2: { fontSize: '1.125rem' } } },
  components: {
    // Within the main landmark, where screen readers expect all content.
    Tooltip: Tooltip.extend({ defaultProps: { portalProps: { target: 'main' } } }),
  },
});

/** Replaces colors of Mantine that are too faint: text needs a contrast of 4.5:1. */
export const readableColors: CSSVariablesResolver = () => ({
  variables: {},
  light: { '--mantine-color-dimmed': '#5f675a', '--mantine-color-error': '#c92a2a' },
  dark: {
    '--mantine-color-dimmed': dark[2],
    '--mantine-color-anchor': moss[4],
    '--mantine-color-error': '#ff8787',
  },
});
