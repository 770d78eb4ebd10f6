import { graphql } from '../generated';

/** The fields of a key that the table shows. */
export const API_KEY_ROW = graphql(`
  fragment ApiKeyRow on ApiKey {
    id
    name
    prefix
    status
    project {
      id
    }
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

/** The use of one key. For the variables of `placeOf`. */
export const API_KEY_DAYS = graphql(`
  query ApiKeyDays($projectId: ID!, $after: String!) {
    apiKeys(of: { projectId: $projectId }, first: 1, after: $after) {
      nodes {
        id
        lastUsedAt
        dailyPredictions(days: 30) {
          date
          predictions
          isMinimum
        }
      }
    }
  }
`);

/** Whether a text, as from an address, has the form of an id. */
export const isUuid = (text: string): boolean => /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(text);

/**
 * The place of a key in the list of its project, for a query of one key. The cursor of a key is its id, and keys are listed
 * by id, descending: the key comes first after the next greater id.
 *
 * @param id a UUID
 */
export function placeOf({ projectId, id }: { projectId: string; id: string }) {
  const next = BigInt.asUintN(128, BigInt(`0x${id.replaceAll('-', '')}`) + 1n);
  const digits = next.toString(16).padStart(32, '0');
  const parts = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/.exec(digits)?.slice(1) ?? [];
  return { projectId, after: parts.join('-') };
}

/** The key in the answer to a query of one key; undefined if it was deleted, as the next older one comes then. */
export function findKey<Key extends { id: string }>(
  data: { apiKeys: { nodes: Key[] } } | undefined,
  id: string,
): Key | undefined {
  return data?.apiKeys.nodes.find(key => key.id === id);
}

/** Invalidates cached lists of keys after a change, including empty ones, which contain no `__typename`. */
export const ABOUT_KEYS = { additionalTypenames: ['ApiKey'] };

/** Keys in one request: the max that the server allows. */
export const PAGE = 100;
