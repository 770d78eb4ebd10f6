import { useQuery } from 'urql';
import { graphql } from '../generated';

const ALLOWANCES = graphql(`
  query Allowances {
    viewer {
      id
      organizations {
        id
        allowance {
          projects {
            used
            limit
          }
          models {
            used
            limit
          }
          deployments {
            used
            limit
          }
          storageBytes {
            used
            limit
          }
        }
      }
    }
  }
`);

/** What an organization uses of its plan; undefined while it is counted. */
export function useAllowance(organizationId: string) {
  const [{ data }] = useQuery({ query: ALLOWANCES });
  return data?.viewer?.organizations.find(({ id }) => id === organizationId)?.allowance;
}
