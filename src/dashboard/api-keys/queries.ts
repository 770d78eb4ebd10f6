import { graphql } from '../generated';

/** The fields of a key that the table shows. */
graphql(`
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
graphql(`
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

/** Whether one key is still used, and by whom. */
export const KEY_USE = graphql(`
  query KeyUse($id: ID!) {
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

/** Max keys on a page: the max that the server allows in one request. */
export const KEYS_ON_A_PAGE = 100;
