import { recognizeXUnit, type SpectralQuantity, yKindOf } from './units.ts';

/** Headings of the column of the samples' names, in the order of preference. */
const NAME_WORDS = [
  'samplename',
  'sample',
  'name',
  'sampleid',
  'id',
  'samples',
  'sampleno',
  'samplenr',
  'samplenumber',
  'samplecode',
  'samplelabel',
  'specimen',
  'specimenid',
  'label',
  'nr',
  'no',
  'number',
  'nummer',
  'lfdnr',
  'labid',
  'labno',
  'spectrum',
  'spectrumname',
  'spectrumid',
  'filename',
  'file',
  'title',
  'probe',
  'proben',
  'probenname',
  'probename',
  'probennr',
  'probennummer',
  'probenid',
  'probenbezeichnung',
  'bezeichnung',
  'muster',
  'echantillon',
  'nomechantillon',
  'muestra',
  'campione',
  'amostra',
  'monster',
];

/** Headings of the column of x, with what they state. */
const X_WORDS = new Map<string, SpectralQuantity | null>(
  (
    [
      [null, ['x', 'xvalue', 'xvalues', 'xaxis', 'xdata']],
      [
        'WAVELENGTH',
        [
          'wavelength',
          'wavelengths',
          'wl',
          'lambda',
          'λ',
          'wellenlange',
          'wellenlangen',
          'longueurdonde',
          'longituddeonda',
          'lunghezzadonda',
          'comprimentodeonda',
          'golflengte',
        ],
      ],
      [
        'WAVENUMBER',
        [
          'wavenumber',
          'wavenumbers',
          'wn',
          'wellenzahl',
          'wellenzahlen',
          'nombredonde',
          'numerodeonda',
          'numerodonda',
          'golfgetal',
        ],
      ],
      ['RAMAN_SHIFT', ['ramanshift', 'ramanverschiebung', 'shift']],
      ['OTHER', ['frequency', 'energy', 'pixel', 'channel', 'band']],
    ] as const
  ).flatMap(([quantity, words]) => words.map(word => [word, quantity] as const)),
);

/** Headings of values that state no unit. */
const Y_WORDS = new Set([
  'y',
  'yvalue',
  'yvalues',
  'yaxis',
  'ydata',
  'value',
  'values',
  'signal',
  'response',
  'amplitude',
]);

/** Max length of a heading that is compared with words. */
const MAX_LENGTH = 60;

/** A heading of the column that holds x. */
export interface XHeading {
  quantity: SpectralQuantity | null;
  unit: string | null;
}

/** The letters and digits of a text, in lower case and without accents. */
export const normalize = (text: string): string =>
  text
    .toLowerCase()
    .normalize('NFD')
    .replace(/[^a-z0-9λ]/g, '');

/** The rank of a heading among those of the samples' names, 0 for the best; -1 if it is none. */
export function nameRankOf(heading: string): number {
  if (heading.length > MAX_LENGTH) return -1;
  const rank = NAME_WORDS.indexOf(normalize(heading));
  if (rank >= 0) return rank;
  // The corner of a table may name what is below it and what is beside it: `Sample / nm`.
  const [word = '', x = ''] = heading.split(/[/\\|]/);
  return readXHeading(x) ? NAME_WORDS.indexOf(normalize(word)) : -1;
}

/** The quantity and unit of a heading such as `Wavelength`, `nm`, `Wavelength (nm)` or `raman_shift/cm-1`. */
export function readXHeading(heading: string): XHeading | null {
  if (heading.length > MAX_LENGTH) return null;
  const bare = recognizeXUnit(heading);
  if (bare) return bare;
  const quantity = X_WORDS.get(normalize(heading));
  if (quantity !== undefined) return { quantity, unit: null };
  for (const { index } of heading.matchAll(/[([{/,;:_\s]/g)) {
    const word = X_WORDS.get(normalize(heading.slice(0, index)));
    const unit = recognizeXUnit(heading.slice(index).replace(/^[/,;:_\s]+/, ''));
    if (word !== undefined && unit) {
      return { quantity: word === null || word === 'OTHER' ? unit.quantity : word, unit: unit.unit };
    }
  }
  return null;
}

/** The unit of the values below a heading such as `Absorbance`, `%T` or `Intensity (a.u.)`; null if it heads none. */
export function readYHeading(heading: string): { yUnit: string | null } | null {
  if (heading.length > MAX_LENGTH) return null;
  if (yKindOf(heading)) return { yUnit: heading };
  const word = normalize(heading.replace(/[([/].*$/, ''));
  if (yKindOf(word)) return { yUnit: heading };
  return Y_WORDS.has(word) ? { yUnit: null } : null;
}

/** Whether a cell of a row of units names one of values: `AU`, `a.u.`, `%T`. */
export const isYUnit = (text: string): boolean =>
  isPercent(text) ||
  ['au', 'arbitraryunits', 'arbunits', 'absorbanceunits'].includes(normalize(text)) ||
  readYHeading(text) !== null;

/** Whether a cell of a row of units is a percent sign, which completes the heading: transmittance in percent. */
export const isPercent = (text: string): boolean => /^[([{]?\s*%\s*[)\]}]?$/.test(text);
