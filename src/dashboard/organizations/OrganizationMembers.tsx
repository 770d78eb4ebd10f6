import { Stack, Title } from '@mantine/core';
import { useNavigate } from 'react-router';
import { useMutation, useQuery } from 'urql';
import { sentenceOf } from '../app/client';
import { type Organization, useViewer } from '../app/Session';
import { graphql } from '../generated';
import type { OrganizationRole } from '../generated/graphql';
import type { Member } from '../members/MemberRow';
import { Members } from '../members/Members';
import { ORGANIZATION_ROLES } from '../members/roles';
import { Problem } from '../ui/Problem';
import { FormerMembersKeys } from './FormerMembersKeys';
import { Invitations } from './Invitations';
import { InviteMember } from './InviteMember';
import { MemberKeys } from './MemberKeys';

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

const LEAVE = graphql(`
  mutation LeaveOrganization($organizationId: ID!) {
    leaveOrganization(organizationId: $organizationId)
  }
`);

/** The members of the organization, which its admins and owners can change. */
export function OrganizationMembers({ organization }: { organization: Organization }) {
  const [{ data, error }, retry] = useQuery({ query: MEMBERS });
  const [, setMember] = useMutation(SET_MEMBER);
  const [, leave] = useMutation(LEAVE);
  const viewer = useViewer();
  const navigate = useNavigate();
  const members = data?.viewer?.organizations.find(({ id }) => id === organization.id)?.members;
  const owners = members?.filter(({ role }) => role === 'OWNER').length ?? 0;
  const { manageMembers, manageOwners } = organization.viewerCan;
  const mayGive = (role: OrganizationRole) => (role === 'OWNER' ? manageOwners : manageMembers);

  const change = ({ email, person }: Member<OrganizationRole>, role: OrganizationRole | null) => {
    const organizationId = organization.id;
    if (role === null && person.id === viewer.id) {
      return leave({ organizationId }, { additionalTypenames: ['Organization'] });
    }
    // Reloads the lists of invitations and keys on the page, too, which may be empty so far.
    return setMember({ input: { organizationId, email, role } }, { additionalTypenames: ['Organization'] });
  };
  const fixedBecause = ({ role }: Member<OrganizationRole>) => {
    if (role !== 'OWNER') return null;
    if (!manageOwners) return 'Changed by owners only';
    return owners === 1 ? 'The only owner' : null;
  };

  return (
    <Stack gap="md" component="section" aria-labelledby="organization-members">
      <Title order={2} id="organization-members">
        Members
      </Title>
      <FormerMembersKeys organizationId={organization.id} />
      {manageMembers && <InviteMember organizationId={organization.id} mayGive={mayGive} />}
      {error && !members ? (
        <Problem error={error} retry={() => retry()} />
      ) : (
        <Members
          members={members}
          roles={ORGANIZATION_ROLES}
          mayGive={mayGive}
          fixedBecause={fixedBecause}
          from={organization.name}
          consequence="This applies to every project of the organization."
          mayLeave={organization.role !== 'OWNER' || owners > 1}
          beforeRemoval={({ person }) => (
            <MemberKeys organizationId={organization.id} person={person} isViewer={person.id === viewer.id} />
          )}
          setRole={async (member, role) => {
            const { error: refused } = await change(member, role);
            if (!refused && role === null && member.person.id === viewer.id) await navigate('/');
            return refused ? sentenceOf(refused) : null;
          }}
        />
      )}
      {manageMembers && <Invitations organizationId={organization.id} mayGive={mayGive} />}
    </Stack>
  );
}
