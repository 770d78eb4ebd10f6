import { Stack, Title } from '@mantine/core';
import { useNavigate } from 'react-router';
import { useMutation, useQuery } from 'urql';
import { sentenceOf } from '../app/client';
import { type Organization, useViewer } from '../app/session';
import { Problem } from '../app/states';
import { graphql } from '../generated';
import type { OrganizationRole } from '../generated/graphql';
import { mayChangeOrganization, ORGANIZATION_ROLES } from '../projects/roles';
import { AddOrganizationMember } from './AddOrganizationMember';
import type { Member } from './MemberRow';
import { Members } from './Members';

const MEMBERS = graphql(`
  query OrganizationMembers {
    viewer {
      id
      organizations {
        id
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
  mutation SetOrganizationMember($input: SetOrganizationMemberInput!) {
    setOrganizationMember(input: $input) {
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

/** Who belongs to the organization; changed by its admins and owners. */
export function OrganizationMembers({ organization }: { organization: Organization }) {
  const [{ data, error }, retry] = useQuery({ query: MEMBERS });
  const [, setMember] = useMutation(SET_MEMBER);
  const viewer = useViewer();
  const navigate = useNavigate();
  const members = data?.viewer?.organizations.find(({ id }) => id === organization.id)?.members;
  const owners = members?.filter(({ role }) => role === 'OWNER').length ?? 0;
  const isOwner = organization.role === 'OWNER';
  const mayChange = mayChangeOrganization(organization.role);
  const mayGive = (role: OrganizationRole) => isOwner || (mayChange && role !== 'OWNER');

  const setRole = async (email: string, role: OrganizationRole | null) => {
    const result = await setMember({ input: { organizationId: organization.id, email, role } });
    return result.error ? sentenceOf(result.error) : null;
  };
  const fixedBecause = ({ role }: Member<OrganizationRole>) => {
    if (role !== 'OWNER') return null;
    if (!isOwner) return 'Changed by owners only';
    return owners === 1 ? 'The only owner' : null;
  };

  return (
    <Stack gap="md" component="section" aria-labelledby="organization-members">
      <Title order={2} id="organization-members">
        Members
      </Title>
      {mayChange && <AddOrganizationMember mayGive={mayGive} add={setRole} />}
      {error && !members ? (
        <Problem error={error} retry={() => retry()} />
      ) : (
        <Members
          members={members}
          roles={ORGANIZATION_ROLES}
          mayGive={mayGive}
          fixedBecause={fixedBecause}
          from={organization.name}
          consequence="This holds for every project of the organization. API keys keep working: they belong to the projects."
          setRole={async ({ email, person }, role) => {
            const refusal = await setRole(email, role);
            if (refusal === null && role === null && person.id === viewer.id) await navigate('/');
            return refusal;
          }}
        />
      )}
    </Stack>
  );
}
