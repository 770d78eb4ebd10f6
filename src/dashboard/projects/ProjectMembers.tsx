import { Stack, Title } from '@mantine/core';
import { useNavigate } from 'react-router';
import { useMutation, useQuery } from 'urql';
import { sentenceOf } from '../app/client';
import { useViewer } from '../app/Session';
import { graphql } from '../generated';
import type { ProjectRole } from '../generated/graphql';
import type { Member } from '../members/MemberRow';
import { Members } from '../members/Members';
import { PROJECT_ROLES } from '../members/roles';
import { NotFound } from '../ui/NotFound';
import { Problem } from '../ui/Problem';
import { AddProjectMember } from './AddProjectMember';
import { useProject } from './ProjectPage';

const MEMBERS = graphql(`
  query ProjectMembers($projectId: ID!) {
    project(id: $projectId) {
      id
      ...ViewerCan
      members {
        person {
          id
          name
        }
        email
        role
      }
      organization {
        id
        slug
        members {
          person {
            id
            name
          }
          email
          role
        }
      }
    }
  }
`);

const SET_MEMBER = graphql(`
  mutation SetProjectMember($input: SetProjectMemberInput!) {
    setProjectMember(input: $input) {
      id
      members {
        person {
          id
        }
        role
      }
    }
  }
`);

/** The people who can see the project. Its owners can change them. */
export function ProjectMembers() {
  const known = useProject();
  const [{ data, error }, retry] = useQuery({ query: MEMBERS, variables: { projectId: known.id } });
  const [, setMember] = useMutation(SET_MEMBER);
  const viewer = useViewer();
  const navigate = useNavigate();
  if (error && !data?.project) return <Problem error={error} retry={() => retry()} />;
  if (data && !data.project) return <NotFound what="Project" />;
  const project = data?.project;
  const { manageMembers } = project?.viewerCan ?? known.viewerCan;

  const setRole = async (email: string, role: ProjectRole | null) => {
    const result = await setMember({ input: { projectId: known.id, email, role } });
    return result.error ? sentenceOf(result.error) : null;
  };
  const ownsOrganization = ({ person }: Pick<Member<ProjectRole>, 'person'>) =>
    project?.organization.members.some(({ person: { id }, role }) => id === person.id && role === 'OWNER');
  const candidates = project?.organization.members.filter(
    ({ person }) => !project.members.some(member => member.person.id === person.id),
  );

  return (
    <Stack gap="md">
      <Title order={2} mih={36} lh="36px">
        Members
      </Title>
      {manageMembers && (
        <AddProjectMember candidates={candidates} organizationSlug={known.organization.slug} add={setRole} />
      )}
      <Members
        members={project?.members}
        roles={PROJECT_ROLES}
        mayGive={() => manageMembers}
        fixedBecause={member => (ownsOrganization(member) ? 'Owns the organization' : null)}
        from={known.name}
        consequence="API keys keep working: they belong to the project."
        setRole={async ({ email, person }, role) => {
          const refusal = await setRole(email, role);
          if (refusal === null && role === null && person.id === viewer.id) await navigate('/');
          return refusal;
        }}
      />
    </Stack>
  );
}
