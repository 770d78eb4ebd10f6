import { createTheme, type MantineColorsTuple } from '@mantine/core';

// One accent: the green of moss. 7 carries white text at 5.6:1, 4 stands on dark surfaces at 7:1.
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

export const theme = createTheme({
  colors: { moss },
  primaryColor: 'moss',
  primaryShade: { light: 7, dark: 4 },
  autoContrast: true,
  luminanceThreshold: 0.35,
  defaultRadius: 'md',
  cursorType: 'pointer',
  fontFamily: 'Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  headings: { fontWeight: '600', sizes: { h1: { fontSize: '1.5rem' }, h2: { fontSize: '1.125rem' } } },
});
