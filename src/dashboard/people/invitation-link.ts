import { useLocation } from 'react-router';

/**
 * The token of the invitation whose link the person followed; empty if there is none. It stays in the part of the
 * address that browsers do not send, also while the person signs in or up.
 */
export function useInvitationToken(): string {
  return useLocation().hash.slice(1);
}

/** The page of an invitation, for the address of sign-in to lead back to. */
export const INVITATION_PATH = '/invitations';
