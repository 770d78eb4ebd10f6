// In this order: Edge and Opera name Chrome too, and Chrome names Safari.
const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\b(?:OPR|Opera)\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Chrome|CriOS|HeadlessChrome)\//, 'Chrome'],
  [/\bVersion\/\S+ .*\bSafari\//, 'Safari'],
];
// Android names Linux too, and iPhones Mac OS X.
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/\bAndroid\b/, 'Android'],
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b|\bMacintosh\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b|\bX11\b/, 'Linux'],
];

const nameIn = (names: readonly (readonly [RegExp, string])[], text: string) =>
  names.find(([pattern]) => pattern.test(text))?.[1];

/**
 * A short description of what sent a User-Agent, for a person to recognize: "Firefox on Windows", or the name of another
 * program, as "curl". Nothing else of the header is kept.
 */
export function describeBrowser(userAgent: string | undefined): string {
  // Longer ones belong to no browser, and the patterns need not read them.
  const text = (userAgent ?? '').slice(0, 500);
  const browser = nameIn(BROWSERS, text);
  const system = nameIn(SYSTEMS, text);
  if (browser) return system ? `${browser} on ${system}` : browser;
  if (text.startsWith('Mozilla/')) return system ? `Browser on ${system}` : 'Unknown browser';
  const [program] = /^[A-Za-z][\w.-]{0,39}/.exec(text) ?? [];
  return program ?? 'Unknown browser';
}
