/** The address of a key's page. */
export const keyPath = ({ id, project }: { id: string; project: { id: string } }): string =>
  `/projects/${project.id}/api-keys/${id}`;
