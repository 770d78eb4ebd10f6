import pLimit from 'p-limit';
import type { InvitationRow } from './invitations.ts';

/** How long each step of a delivery may wait for the mail server. */
const TIMEOUT_MS = 10_000;
/** Connections to the mail server at once. */
const MAX_CONNECTIONS = 2;
/** Mails that wait for one. Those beyond are not sent: their links were shown anyway. */
const MAX_WAITING = 200;

type Mailed = InvitationRow & { link: string };

/** Sends the mails of invitations. */
export interface InvitationMail {
  /** Hands a mail over and returns at once: the answer to the inviter waits for no mail server. */
  send: (invitation: Mailed) => void;
  /** Forgets the mails that wait. */
  close: () => void;
}

/**
 * Starts what sends the mails of invitations.
 *
 * @param onFailed is called for each mail that could not be sent, with an error that does not hold the link.
 */
export function startInvitationMail(
  { SMTP_URL, MAIL_FROM }: { SMTP_URL: string; MAIL_FROM: string },
  onFailed: (error: unknown, invitationId: string) => void,
): InvitationMail {
  const limit = pLimit(MAX_CONNECTIONS);

  async function deliver(invitation: Mailed): Promise<void> {
    try {
      // Loaded for those alone who have a mail server.
      const { createTransport } = await import('nodemailer');
      const transport = createTransport({
        url: SMTP_URL,
        dnsTimeout: TIMEOUT_MS,
        connectionTimeout: TIMEOUT_MS,
        greetingTimeout: TIMEOUT_MS,
        socketTimeout: TIMEOUT_MS,
        disableFileAccess: true,
        disableUrlAccess: true,
      });
      await transport.sendMail({
        from: MAIL_FROM,
        // As an object: an address is never read as a list of them.
        to: { name: '', address: invitation.email },
        ...writeInvitation(invitation),
      });
    } catch (error) {
      onFailed(error, invitation.id);
    }
  }

  return {
    send(invitation) {
      if (limit.pendingCount < MAX_WAITING) void limit(deliver, invitation);
      else onFailed(new Error('too many mails wait for the mail server'), invitation.id);
    },
    close: () => limit.clearQueue(),
  };
}

/** The mail's subject and text. It is plain text, so that nothing in a name is markup. */
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

Accept or decline here, until ${expiresAt.toUTCString()}:

${link}

Whoever has this link can join in your place: do not pass it on. If you do not know the sender, ignore this mail.
`,
  };
}

/** A name that people chose, without what mail programs make links of: otherwise an invitation could carry any. */
function withoutAddresses(name: string): string {
  return name.replaceAll(/(?<=\S)[.:/@\\\u3002\uff0e\uff61]+(?=\S)/g, ' ');
}
