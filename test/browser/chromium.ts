import { existsSync } from 'node:fs';

// Debian and its kin, Fedora, macOS; CHROMIUM sets another path.
const places = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The path of Chromium on this machine; undefined where it is not installed. */
export const chromiumPath = places.find(path => path !== undefined && existsSync(path));
