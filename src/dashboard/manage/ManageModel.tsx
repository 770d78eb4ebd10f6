import { useMutation } from 'urql';
import { graphql } from '../generated';
import { type Model, titleOf } from '../models/model.ts';
import { Consequences } from '../ui/Consequences';
import { ManageMenu } from './ManageMenu';

const RENAME = graphql(`
  mutation RenameModel($id: ID!, $name: String!) {
    renameModel(id: $id, name: $name) {
      id
      name
    }
  }
`);

const DELETE = graphql(`
  mutation DeleteModel($id: ID!) {
    deleteModel(id: $id) {
      deletedModelId
    }
  }
`);

/** Renames a model, or deletes one version of it. */
export function ManageModel({ model }: { model: Model }) {
  const [, rename] = useMutation(RENAME);
  const [, remove] = useMutation(DELETE);
  const { id } = model;
  return (
    <ManageMenu
      what="model"
      name={model.name}
      title={titleOf(model)}
      renameNote="All versions share the name."
      onRename={async name => (await rename({ id, name })).error}
      onDelete={async () => (await remove({ id }, { additionalTypenames: ['Project', 'Model'] })).error}
      consequences={
        <Consequences
          items={[
            'Only this version is deleted; other versions stay.',
            'A model that a deployment calls cannot be deleted: delete the deployment first.',
          ]}
        />
      }
    />
  );
}
