import pLimit from 'p-limit';
import type { InvitationRow } from './invitations.ts';
import { type MailServer, mailerOf, withoutAddresses } from './mailer.ts';

/** Concurrent connections to the mail server. */
const MAX_CONNECTIONS = 2;
/** Mails that wait for a connection. More are not sent; the inviter has seen their links anyway. */
const MAX_WAITING = 200;

type Mailed = InvitationRow & { link: string };

/** Sends invitations by mail. */
export interface InvitationMail {
  /** Queues a mail and returns at once, so that the response to the inviter does not wait for the mail server. */
  send: (invitation: Mailed) => void;
  /** Drops the mails that are waiting. */
  close: () => void;
}

/**
 * Starts the queue of invitation mails.
 *
 * @param onFailed is called for each mail that could not be sent. The error does not contain the link.
 */
export function startInvitationMail(
  server: MailServer,
  onFailed: (error: unknown, invitationId: string) => void,
): InvitationMail {
  const limit = pLimit(MAX_CONNECTIONS);
  const sendMail = mailerOf(server);

  async function deliver(invitation: Mailed): Promise<void> {
    try {
      await sendMail({ to: invitation.email, ...writeInvitation(invitation) });
    } catch (error) {
      onFailed(error, invitation.id);
    }
  }

  return {
    send(invitation) {
      if (limit.pendingCount < MAX_WAITING) void limit(deliver, invitation);
      else onFailed(new Error('too many mails are waiting for the mail server'), invitation.id);
    },
    close: () => limit.clearQueue(),
  };
}

/** The subject and body of the mail. Plain text, so that names cannot contain markup. */
export function writeInvitation({
  organizationName,
  invitedBy,
  expiresAt,
  link,
}: Pick<Mailed, 'organizationName' | 'invitedBy' | 'expiresAt' | 'link'>): { subject: string; text: string } {
  const organization = withoutAddresses(organizationName);
  const inviter = withoutAddresses(invitedBy?.name ?? 'The operator');
  return {
    subject: `Invitation to ${organization} on Spectrakey`,
    text: `${inviter} invites you to the organization "${organization}" on Spectrakey.

Accept or decline before ${expiresAt.toUTCString()} at:

${link}

Anyone who has this link can join in your place, so do not pass it on. If you do not know the sender, ignore this mail.
`,
  };
}
