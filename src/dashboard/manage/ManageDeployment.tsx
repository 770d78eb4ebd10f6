import { useMutation, useQuery } from 'urql';
import { graphql } from '../generated';
import { Consequences } from '../ui/Consequences';
import { count } from '../ui/numbers';
import { ManageMenu } from './ManageMenu';

const RENAME = graphql(`
  mutation RenameDeployment($id: ID!, $name: String!) {
    renameDeployment(id: $id, name: $name) {
      id
      name
    }
  }
`);

const DELETE = graphql(`
  mutation DeleteDeployment($id: ID!) {
    deleteDeployment(id: $id) {
      deletedDeploymentId
    }
  }
`);

const KEYS = graphql(`
  query KeysOfDeployment($id: ID!) {
    apiKeys(of: { deploymentId: $id }, first: 100, status: [ACTIVE]) {
      nodes {
        id
        name
        deployment {
          id
        }
      }
    }
    ended: apiKeys(of: { deploymentId: $id }, first: 100, status: [EXPIRED, REVOKED]) {
      nodes {
        id
        deployment {
          id
        }
      }
    }
  }
`);

interface ManageDeploymentProps {
  deployment: { id: string; name: string };
  /** Called after the deletion; leaves the page if it is that of the deployment. */
  onDeleted?: () => void;
}

/** Renames or deletes a deployment. */
export function ManageDeployment({ deployment: { id, name }, onDeleted }: ManageDeploymentProps) {
  const [, rename] = useMutation(RENAME);
  const [, remove] = useMutation(DELETE);
  return (
    <ManageMenu
      what="deployment"
      name={name}
      onRename={async next => (await rename({ id, name: next })).error}
      onDelete={async () => {
        const { error } = await remove({ id }, { additionalTypenames: ['Project', 'Deployment', 'ApiKey'] });
        if (!error) onDeleted?.();
        return error;
      }}
      consequences={<DeletedWithDeployment id={id} />}
    />
  );
}

/** Whether a key reaches one deployment only, and not the whole project. */
const isOwn = ({ deployment }: { deployment?: { id: string } | null }) =>
  deployment !== null && deployment !== undefined;

function DeletedWithDeployment({ id }: { id: string }) {
  const [{ data }] = useQuery({ query: KEYS, variables: { id }, requestPolicy: 'network-only' });
  const active = data?.apiKeys.nodes.filter(isOwn) ?? [];
  const hasEnded = data?.ended.nodes.some(isOwn) ?? false;
  const names = active.slice(0, 5).map(key => `“${key.name}”`);
  return (
    <Consequences
      items={
        data &&
        [
          active.length === 0
            ? 'No active API key reaches only this deployment; keys of the whole project stay.'
            : `${count(active.length, 'API key')} of this deployment ${active.length === 1 ? 'is' : 'are'} revoked and deleted.`,
          hasEnded && 'Its revoked and expired API keys are deleted.',
          active.length > 0 &&
            `Programs that call with ${names.join(', ')}${active.length > 5 ? ' and others' : ''} are refused from their next call on.`,
          'Its prediction logs stay; the project lists them.',
          'If it answered a call this month, it counts against the plan until the month ends.',
        ].filter(item => item !== false)
      }
    />
  );
}
