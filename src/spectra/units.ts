/**
 * What x values measure: the values of the enum in `schema.graphql`. Importing the generated type would make the type
 * check of the dashboard, which uses this folder, read the server's files.
 */
export type SpectralQuantity = 'WAVELENGTH' | 'WAVENUMBER' | 'RAMAN_SHIFT' | 'OTHER';

/** A unit of x values, and the quantity that it measures. */
export interface XUnit {
  unit: string;
  quantity: SpectralQuantity;
}

/** Units with the spellings that files use, in lower case without blanks; `⁻¹` is spelled `-1`. */
const X_UNITS: readonly (XUnit & { spellings: readonly string[] })[] = [
  {
    unit: 'nm',
    quantity: 'WAVELENGTH',
    spellings: ['nm', 'nanometer', 'nanometers', 'nanometre', 'nanometres'],
  },
  {
    unit: 'µm',
    quantity: 'WAVELENGTH',
    spellings: [
      'µm',
      'um',
      'micron',
      'microns',
      'micrometer',
      'micrometers',
      'micrometre',
      'micrometres',
      'mikrometer',
    ],
  },
  { unit: 'Å', quantity: 'WAVELENGTH', spellings: ['å', 'angstrom', 'angstroms'] },
  {
    unit: 'cm⁻¹',
    quantity: 'WAVENUMBER',
    spellings: ['cm-1', 'cm^-1', 'cm**-1', 'cm^(-1)', 'cm.1', '1/cm', '/cm', 'cm_1', 'percm'],
  },
  {
    unit: 'cm⁻¹',
    quantity: 'RAMAN_SHIFT',
    spellings: ['relcm-1', 'rel.cm-1', 'rel.1/cm', 'rel1/cm', 'ramancm-1'],
  },
  { unit: 'eV', quantity: 'OTHER', spellings: ['ev'] },
  { unit: 'THz', quantity: 'OTHER', spellings: ['thz'] },
];

const BY_SPELLING = new Map(
  X_UNITS.flatMap(({ spellings, unit, quantity }) =>
    spellings.map(spelling => [spelling, { unit, quantity }] as const),
  ),
);

/** Max length of a text that can spell a unit: texts of files may be long. */
const MAX_SPELLING = 30;

/** The unit that a text spells, such as `nm`, `(nm)`, `1/CM` or `NANOMETERS`; null if it is not one that is known. */
export function recognizeXUnit(text: string): XUnit | null {
  if (text.length > MAX_SPELLING) return null;
  const spelling = text
    .toLowerCase()
    .replace(/[\s()[\]{}]/g, '')
    .replace(/⁻¹|[−–‐‑]1/g, '-1')
    .replace(/μ/g, 'µ')
    .replace(/\.$/, '');
  const bare = BY_SPELLING.get(spelling) ?? inBrackets(text);
  return bare ? { ...bare } : null;
}

/** Whether a text stands for any unit of x, as programs write it where nobody chose one. */
export const isNeutralXUnit = (text: string): boolean =>
  /^(x|arb(itrary)?\.?( ?units?)?|a\.?u\.?|none|unknown)$/i.test(text.trim());

/** The unit of a text such as `nanometers (nm)`, in which both parts spell it. */
function inBrackets(text: string): XUnit | undefined {
  const [, before = '', inside = ''] = /^([^()[\]]+)[([]([^()[\]]+)[)\]]$/.exec(text.trim()) ?? [];
  const [one, other] = [before, inside].map(part => BY_SPELLING.get(part.trim().toLowerCase()));
  return one && other && one.unit === other.unit ? one : undefined;
}

/** The kinds of values that must be distinguished: a model of one gives wrong numbers for another. */
type YKind =
  | 'absorbance'
  | 'transmittance'
  | 'percent transmittance'
  | 'reflectance'
  | 'percent reflectance'
  | 'Kubelka-Munk'
  | 'intensity'
  | 'single beam';

/** What heads values of each kind, in lower case without blanks, dots, hyphens and underscores. */
const Y_KINDS: readonly [YKind, RegExp][] = [
  [
    'absorbance',
    /^(abs|absorbance|absorbanceunits?|absorbanz|extinktion|extinction|absorption|log(10)?[(]?1\/[rt][)]?|pseudoabsorbance|apparentabsorbance)([([](au|a)[)\]])?$/,
  ],
  [
    'percent transmittance',
    /^(%t|t%|t[([]%[)\]]|%transmittance|%transmission|transmittance%|transmission%|(transmittance|transmission)[([]%[)\]]|percenttransmittance|percenttransmission)$/,
  ],
  ['transmittance', /^(transmittance|transmission)$/],
  [
    'percent reflectance',
    /^(%r|r%|r[([]%[)\]]|%reflectance|%reflection|reflectance%|reflection%|(reflectance|reflection|reflexion)[([]%[)\]]|percentreflectance|percentreflection)$/,
  ],
  ['reflectance', /^(reflectance|reflection|reflexion)$/],
  ['Kubelka-Munk', /^(kubelkamunk|km)(units?)?$/],
  ['intensity', /^((raman|relative)?intensity|(raman)?intensit[aä]t|counts|cps)$/],
  ['single beam', /^singlebeam$/],
];

/** Texts that stand for any kind of values. */
const NEUTRAL = /^(au|arb(itrary)?units?|y|values?|signal|response|amplitude)$/;

const spellingOf = (text: string) => text.toLowerCase().replace(/[\s._-]/g, '');

/** The kind of values that a text states; null if it states none that is known. log(1/R) and log(1/T) are absorbances. */
export function yKindOf(text: string): YKind | null {
  if (text.length > MAX_SPELLING) return null;
  const spelling = spellingOf(text);
  return Y_KINDS.find(([, pattern]) => pattern.test(spelling))?.[0] ?? null;
}

/** Words that state a kind of values within a longer text, such as `Réflectance (0-1)`, in the order of preference. */
const Y_WORDS: readonly [YKind, RegExp][] = [
  ['absorbance', /^a$|\babsorb|\babsorpt|\bextin|\blog(10)?\W*1\/[rt]\b/],
  ['percent transmittance', /%\s*t(rans\w*)?\b|\btransmi\w*\W*%/],
  ['transmittance', /\btransmi/],
  ['percent reflectance', /%\s*r(efl\w*)?\b|\breflec\w*\W*%/],
  ['reflectance', /\breflec|\breflexion/],
  ['Kubelka-Munk', /\bkubelka/],
  ['single beam', /\bsingle.?beam/],
  ['intensity', /\bintensit|\bcounts?\b/],
];

/** The kind of values that a text states, also among other words; null if it states none that is known. */
export function statedYKind(text: string): YKind | null {
  const plain = text.slice(0, MAX_STATEMENT).normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
  return yKindOf(text) ?? Y_WORDS.find(([, pattern]) => pattern.test(plain))?.[0] ?? null;
}

/** Max characters of a text that may state a kind of values. */
const MAX_STATEMENT = 60;

/**
 * Whether two units of values exclude each other: a model of one gives wrong numbers for the other. Units that are not
 * known are compared by their texts, and texts such as `a.u.` exclude nothing.
 */
export function yUnitsDiffer(one: string, other: string): boolean {
  const [first, second] = [one, other].map(text => statedYKind(text) ?? spellingOf(text));
  if (first === second) return false;
  return ![one, other].some(text => NEUTRAL.test(spellingOf(text)));
}
