import './workers.ts';
import '@graphiql/react/style.css';
import '@graphiql/plugin-doc-explorer/style.css';
import '@graphiql/plugin-history/style.css';
import 'graphiql/graphiql.css';
import './graphiql.css';

import type { TabsState } from '@graphiql/react';
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { createRoot } from 'react-dom/client';
import { examples } from './examples.ts';
import { findViewer, withOwnIds } from './own-ids.ts';
import logo from './spectrakey.svg';
import { secretFreeStorage } from './storage.ts';
import { defineEditorThemes, editorTheme, wrapDocuments } from './theme.ts';

const url = '/graphql';

const withSessionCookie: typeof fetch = (input, init) =>
  fetch(input, { ...init, credentials: 'same-origin' });

const withoutHeaders = createGraphiQLFetcher({
  url,
  fetch: withSessionCookie,
  enableIncrementalDelivery: false,
});

const fetcher = createGraphiQLFetcher({
  url,
  fetch: withSessionCookie,
  // The server sends complete responses only. The plain fetcher is the one that requests GraphQL's own media type,
  // with which the HTTP status distinguishes errors.
  enableIncrementalDelivery: false,
  // GraphiQL sends the headers editor's headers with introspection too. The placeholder key, or a revoked one,
  // would be refused there, and the page would have neither documentation nor completion.
  schemaFetcher: params => withoutHeaders(params),
});

function editorText(value: Record<string, unknown>): string {
  if (Object.keys(value).length === 0) return '';
  const spread = JSON.stringify(value, null, 2);
  // A spectrum stays on one line: hundreds of lines of numbers would bury the rest.
  return spread.replace(/\[[-\d.e,\s]+\]/g, numbers => numbers.replace(/\s+/g, ' '));
}

/** Shows the editor in which a tab has to be filled in: the headers if it has any, else the variables. */
function showEditorOf({ tabs, activeTabIndex }: TabsState): void {
  const { headers, variables } = tabs[activeTabIndex] ?? {};
  const name = headers || !variables ? 'headers' : 'variables';
  // GraphiQL offers no other way to choose the editor once it is rendered.
  const button = document.querySelector<HTMLButtonElement>(`button[data-name="${name}"]:not(.active)`);
  if (headers || variables) button?.click();
}

const viewer = await findViewer(url);
const shown = viewer ? withOwnIds(examples, viewer) : examples;
const tabs = shown.map(({ query, variables, headers }) => ({
  query,
  variables: editorText(variables),
  headers: editorText(headers),
}));
const [first] = tabs;

defineEditorThemes();
wrapDocuments();

const place = document.getElementById('graphiql');
if (!place) throw new Error('index.html has no element with the id graphiql');

createRoot(place).render(
  <GraphiQL
    fetcher={fetcher}
    storage={secretFreeStorage(localStorage)}
    shouldPersistHeaders={false}
    defaultTabs={tabs}
    // GraphiQL fills the query editor from the first tab, but these two from here only.
    initialVariables={first?.variables ?? ''}
    initialHeaders={first?.headers ?? ''}
    defaultEditorToolsVisibility={first?.headers ? 'headers' : 'variables'}
    onTabChange={showEditorOf}
    editorTheme={editorTheme}
  >
    <GraphiQL.Logo>
      <a className="spectrakey-logo" href="/" aria-label="Spectrakey: back to the dashboard">
        <img src={logo} alt="" width="22" height="22" />
        <span>Dashboard</span>
      </a>
    </GraphiQL.Logo>
  </GraphiQL>,
);
