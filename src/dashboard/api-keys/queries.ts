import { graphql } from '../generated';

/** What the table shows of a key. */
export const API_KEY_ROW = graphql(`
  fragment ApiKeyRow on ApiKey {
    id
    name
    prefix
    status
    deployment {
      id
      name
    }
    createdAt
    createdBy {
      id
      name
    }
    expiresAt
    lastUsedAt
  }
`);

/** Has the cache forget lists of keys after a change even where they are empty and so name no type. */
export const ABOUT_KEYS = { additionalTypenames: ['ApiKey'] };

/** How many keys one request asks for: as many as the server gives. */
export const PAGE = 100;
