import type { TextInputProps } from '@mantine/core';
import { TextField } from './Form';
import classes from './KeyField.module.css';

interface KeyFieldProps extends Pick<TextInputProps, 'label' | 'description' | 'required'> {
  onChange: (key: string) => void;
}

/**
 * An input of a `Form` for an API key, shown as dots. It is not a password input: browsers offer to store what is typed
 * there. Its value is not controlled: React would write it into an attribute, and so into a page that is saved.
 */
export function KeyField({ label = 'API key', onChange, ...props }: KeyFieldProps) {
  return (
    <TextField
      {...props}
      label={label}
      placeholder="sk_…"
      autoComplete="off"
      autoCapitalize="none"
      spellCheck={false}
      // For password managers, which do not heed autocomplete.
      data-1p-ignore
      data-lpignore="true"
      classNames={{ input: classes.key }}
      onChange={event => onChange(event.currentTarget.value.trim())}
    />
  );
}
