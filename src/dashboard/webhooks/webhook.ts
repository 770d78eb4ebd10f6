import { graphql } from '../generated';
import type { WebhooksQuery } from '../generated/graphql';

export const WEBHOOKS = graphql(`
  query Webhooks {
    viewer {
      id
      organizations {
        id
        members {
          person {
            id
          }
        }
        webhooks {
          id
          url
          events
          createdAt
          createdBy {
            id
            name
          }
          previousSecretUntil
        }
      }
    }
  }
`);

/** A webhook as the page lists it. */
export type Webhook = NonNullable<WebhooksQuery['viewer']>['organizations'][number]['webhooks'][number];
