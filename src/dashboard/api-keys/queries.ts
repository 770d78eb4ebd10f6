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
    rehearsalUntil
    brokenPolicyRules
    predecessor {
      id
      prefix
      status
    }
    successor {
      id
      prefix
      status
    }
    successorUsedAt
    revokedAt
    revocationSource
    revokedBy {
      id
      name
    }
  }
`);

/** Who calls with a key, and how often. */
export const CALLERS_OF_KEY = graphql(`
  fragment CallersOfKey on ApiKey {
    recentUse {
      calls
      networks {
        network
        calls
        lastAt
      }
      medianIntervalSeconds
      nextDueAt
    }
    callers {
      since
      networks {
        network
        calls
        lastAt
      }
    }
  }
`);

/** The use of one key. */
export const API_KEY_DAYS = graphql(`
  query ApiKeyDays($id: ID!) {
    apiKey(id: $id) {
      id
      lastUsedAt
      ...CallersOfKey
      predictionLogs(first: 3) {
        nodes {
          id
          createdAt
        }
      }
      dailyPredictions(days: 30) {
        date
        predictions
        isMinimum
      }
    }
  }
`);

/** Deletes a key. */
export const DELETE = graphql(`
  mutation DeleteApiKey($id: ID!) {
    deleteApiKey(id: $id) {
      deletedApiKeyId
    }
  }
`);

/** Invalidates cached lists of keys after a change, including empty ones, which contain no `__typename`. */
export const ABOUT_KEYS = { additionalTypenames: ['ApiKey'] };

/** Keys in one request: the max that the server allows. */
export const PAGE = 100;
