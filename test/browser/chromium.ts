import { existsSync } from 'node:fs';

// Debian and its kin, Fedora, macOS; a path of one's own in CHROMIUM.
const places = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The Chromium of this machine; undefined where there is none. */
export const chromiumPath = places.find(path => path !== undefined && existsSync(path));
