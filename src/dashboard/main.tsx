// In a layer: our styles override Mantine's, in whatever order the build loads its chunks.
import '@mantine/core/styles.layer.css';
import './app/dashboard.css';

import { MantineProvider } from '@mantine/core';
import { createRoot } from 'react-dom/client';
import { BrowserRouter } from 'react-router';
import { Pages } from './app/Pages';
import { SessionProvider } from './app/Session';
import { readableColors, theme } from './app/theme';
import { LostSession } from './people/SignIn';

const place = document.getElementById('dashboard');
if (!place) throw new Error('index.html has no element with the id dashboard');

createRoot(place).render(
  <MantineProvider theme={theme} defaultColorScheme="auto" cssVariablesResolver={readableColors}>
    <BrowserRouter>
      <SessionProvider lostSession={<LostSession />}>
        <Pages />
      </SessionProvider>
    </BrowserRouter>
  </MantineProvider>,
);
