import { existsSync } from 'node:fs';

// Debian and its derivatives, Fedora, macOS; CHROMIUM overrides the path. The headless shell, the same Chromium without
// windows, takes half of the processor time.
const places = [
  process.env.CHROMIUM,
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The path of the installed Chromium; undefined if there is none. */
export const chromiumPath = places.find(path => path !== undefined && existsSync(path));
