import '@mantine/core/styles.layer.css';
import '../app/dashboard.css';

import { Container, MantineProvider, Text } from '@mantine/core';
import { createRoot } from 'react-dom/client';
import { readableColors, theme } from '../app/theme';
import type { ApiDocument } from './document.ts';
import { Reference } from './Reference';

/** The document of the API; null if the server cannot be reached. */
async function loadDocument(): Promise<ApiDocument | null> {
  const response = await fetch('/api/openapi.json').catch(() => null);
  return response?.ok ? await response.json() : null;
}

const place = document.getElementById('reference');
if (!place) throw new Error('index.html has no element with the id reference');

const api = await loadDocument();
createRoot(place).render(
  <MantineProvider theme={theme} defaultColorScheme="auto" cssVariablesResolver={readableColors}>
    {api ? (
      <Reference document={api} />
    ) : (
      <Container py="lg" component="main">
        <Text role="alert">The server could not be reached. Check the connection, and reload the page.</Text>
      </Container>
    )}
  </MantineProvider>,
);
