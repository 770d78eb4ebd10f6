/** Timeout of each step of a delivery: look-up, connection, greeting, idle socket. */
const TIMEOUT_MS = 10_000;

/** A mail in plain text, so that names cannot contain markup. */
export interface Mail {
  /** One address. */
  to: string;
  subject: string;
  text: string;
}

/** Sends a mail. @throws what the mail server refuses; the error does not contain the text */
export type SendMail = (mail: Mail) => Promise<void>;

/** The settings of the mail server of the operator. */
export interface MailServer {
  SMTP_URL: string;
  MAIL_FROM: string;
}

/** Prepares to send mails. A connection is made for each. */
export const mailerOf =
  (server: MailServer): SendMail =>
  async ({ to, subject, text }) => {
    const transport = await openTransport(server);
    await transport.sendMail({
      from: server.MAIL_FROM,
      // As an object, because a string would be parsed as a list of addresses.
      to: { name: '', address: to },
      subject,
      text,
    });
  };

/** Prepares to connect and sign in to a mail server without a mail. @returns whether it accepts that */
export const mailProbeOf = (server: MailServer) => async (): Promise<boolean> => {
  const transport = await openTransport(server);
  return await transport.verify().catch(() => false);
};

async function openTransport({ SMTP_URL }: MailServer) {
  // Loaded on first use: most servers have no mail server.
  const { createTransport } = await import('nodemailer');
  return createTransport({
    url: SMTP_URL,
    dnsTimeout: TIMEOUT_MS,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

/** Removes from a name what mail programs turn into links. Otherwise a mail could carry arbitrary links. */
export function withoutAddresses(name: string): string {
  return name.replaceAll(/(?<=\S)[.:/@\\\u3002\uff0e\uff61]+(?=\S)/g, ' ');
}
