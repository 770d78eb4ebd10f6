import { Card, Skeleton, VisuallyHidden } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useViewer } from '../app/Session';
import { ConfirmDialog } from '../ui/ConfirmDialog';
import { Refusal } from '../ui/Refusal';
import { type Member, MemberRow } from './MemberRow';
import classes from './Members.module.css';
import type { RoleChoice } from './roles';

interface MembersProps<Role extends string> {
  /** Undefined while loading. */
  members: readonly Member<Role>[] | undefined;
  roles: readonly RoleChoice<Role>[];
  /** The roles that the viewer may give. */
  mayGive: (role: Role) => boolean;
  /** Why a viewer who may change others cannot change this member; null if they can. */
  fixedBecause: (member: Member<Role>) => string | null;
  /** The name of the organization or project, for sentences such as "Remove Ana from …". */
  from: string;
  /** A further consequence of removing a member, as a sentence. */
  consequence: string;
  /** Shown in addition before a member is removed. */
  beforeRemoval?: (member: Member<Role>) => ReactNode;
  /** Whether a viewer who may not change members may leave. */
  mayLeave?: boolean;
  /** Gives a member the role or, with null, removes the member. @returns the error message; null on success. */
  setRole: (member: Member<Role>, role: Role | null) => Promise<string | null>;
}

type Change<Role> = { member: Member<Role>; role: Role | null };

/** The members with their roles, which can be changed in place by people whose role allows it. */
export function Members<Role extends string>(props: MembersProps<Role>) {
  const { members, roles, mayGive, fixedBecause, from, consequence, setRole } = props;
  const { beforeRemoval, mayLeave = false } = props;
  const viewer = useViewer();
  const [refusal, setRefusal] = useState<string | null>(null);
  /** The change to confirm. It is kept while the dialog fades out. */
  const [asked, setAsked] = useState<Change<Role> | null>(null);
  const [asking, setAsking] = useState(false);
  const given = roles.filter(({ value }) => mayGive(value));
  const isViewer = ({ person }: Member<Role>) => person.id === viewer.id;
  const change = async ({ member, role }: Change<Role>) => {
    setRefusal(null);
    setRefusal(await setRole(member, role));
  };
  const ask = (next: Change<Role>) => {
    setAsked(next);
    setAsking(true);
  };
  return (
    <Card withBorder padding={0}>
      <Refusal sentence={refusal} />
      {members ? (
        // Safari does not treat a list without bullets as a list.
        // biome-ignore lint/a11y/noRedundantRoles: see above
        <ul className={classes.list} role="list">
          {members.map(member => {
            const fixed = given.length > 0 ? fixedBecause(member) : null;
            return (
              <MemberRow
                key={member.person.id}
                member={member}
                isViewer={isViewer(member)}
                roles={roles}
                from={from}
                note={fixed}
                leave={mayLeave && isViewer(member) ? () => ask({ member, role: null }) : null}
                change={
                  given.length > 0 && fixed === null
                    ? {
                        roles: given,
                        // People cannot give themselves their former role back.
                        setRole: role =>
                          isViewer(member) ? ask({ member, role }) : void change({ member, role }),
                        remove: () => ask({ member, role: null }),
                      }
                    : null
                }
              />
            );
          })}
        </ul>
      ) : (
        <SkeletonMembers />
      )}
      <ConfirmDialog
        opened={asking}
        onClose={() => setAsking(false)}
        onConfirm={async () => {
          if (asked) await change(asked);
        }}
        question={
          asked && {
            ...questionOf(asked, isViewer(asked.member), { from, consequence, roles }),
            more: asked.role === null && beforeRemoval?.(asked.member),
          }
        }
      />
    </Card>
  );
}

function questionOf<Role>(
  { member: { person }, role }: Change<Role>,
  isViewer: boolean,
  { from, consequence, roles }: { from: string; consequence: string; roles: readonly RoleChoice<Role>[] },
) {
  if (role !== null) {
    const label = roles.find(({ value }) => value === role)?.label.toLowerCase();
    return {
      title: `Change your own role to ${label}?`,
      text: 'You can do less from then on, and another person has to change it back.',
      confirm: 'Change my role',
      color: 'moss',
    };
  }
  return {
    title: isViewer ? `Leave ${from}?` : `Remove ${person.name} from ${from}?`,
    text: `${isViewer ? 'You lose your' : `${person.name} loses`} access at once. ${consequence}`,
    confirm: isViewer ? 'Leave' : 'Remove',
    color: 'red.8',
  };
}

function SkeletonMembers() {
  return (
    <div role="status">
      <VisuallyHidden>Loading members…</VisuallyHidden>
      {['first', 'second'].map(row => (
        <div key={row} className={classes.row}>
          <Skeleton h={34} w={34} circle />
          <Skeleton h={14} w="40%" />
        </div>
      ))}
    </div>
  );
}
