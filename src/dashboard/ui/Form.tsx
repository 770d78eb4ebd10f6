import {
  PasswordInput,
  type PasswordInputProps,
  Select,
  type SelectProps,
  TextInput,
  type TextInputProps,
} from '@mantine/core';
import {
  type ComponentProps,
  createContext,
  type FormEvent,
  type InputEvent,
  type ReactNode,
  use,
  useId,
  useState,
} from 'react';
import { numberIn } from './numbers.ts';

/** The errors of fields, by the ids of their inputs. */
const FieldErrors = createContext<Readonly<Record<string, string>>>({});

interface FormProps extends Omit<ComponentProps<'form'>, 'onSubmit' | 'noValidate'> {
  /** Called once every field is valid. */
  onSubmit: () => void;
}

/**
 * A form whose fields report what is wrong below themselves, instead of in the browser's bubbles. The rules are the
 * attributes of the inputs: `required`, `type`, `pattern`, `min`, `minLength`.
 */
export function Form({ onSubmit, children, ...props }: FormProps) {
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const invalid = [...event.currentTarget.elements]
      .filter(element => element instanceof HTMLInputElement)
      .flatMap(input => {
        const message = messageFor(input);
        return message === null ? [] : [{ input, message }];
      });
    setErrors(Object.fromEntries(invalid.map(({ input, message }) => [input.id, message])));
    invalid[0]?.input.focus();
    if (invalid.length === 0) onSubmit();
  };
  // A field that is being corrected is validated again on the next submit.
  const forget = ({ target }: InputEvent<HTMLFormElement>) => {
    if (!(target instanceof HTMLInputElement) || !(target.id in errors)) return;
    const { [target.id]: _corrected, ...others } = errors;
    setErrors(others);
  };
  return (
    <form {...props} noValidate onSubmit={submit} onInput={forget}>
      <FieldErrors value={errors}>{children}</FieldErrors>
    </form>
  );
}

function messageFor(input: HTMLInputElement): string | null {
  const label = (input.labels?.[0]?.textContent ?? '')
    .replace(/\s*\*$/, '')
    .replace(/^[A-Z](?![A-Z])/, letter => letter.toLowerCase());
  const { validity, type, min, max, inputMode, pattern, required, readOnly, minLength, value } = input;
  if (type === 'number') {
    if (validity.badInput || validity.stepMismatch) return 'Enter a whole number, such as 50.';
    if (validity.rangeUnderflow) return `Enter ${min} or more.`;
    if (validity.rangeOverflow) return `Enter ${max} or less.`;
  }
  if (validity.badInput) return 'This is not a complete date.';
  // Browsers do not validate a read-only input, such as that of a select.
  if (validity.valueMissing || (required && value === '')) {
    if (type === 'date') return 'Choose a day.';
    return `${readOnly ? 'Choose' : 'Enter'} the ${label}.`;
  }
  if (validity.typeMismatch) return 'Enter an e-mail address, such as name@lab.example.';
  if (validity.patternMismatch || (pattern !== '' && !Number.isFinite(numberIn(value) ?? 0))) {
    return inputMode === 'numeric' ? 'Enter a whole number, such as 50.' : 'Enter a number, such as 12.5.';
  }
  if (validity.rangeUnderflow) return 'This day has passed. Choose a later one.';
  if (validity.rangeOverflow) return 'This day is too far away. Choose an earlier one.';
  // Browsers report a text as too short only if the person typed it.
  if (minLength > 0 && value.length < minLength) return `Enter at least ${minLength} characters.`;
  return validity.valid ? null : 'This value cannot be used.';
}

/** The props that connect an input with its error. */
function useField<Props extends { id?: string | undefined; error?: ReactNode }>(props: Props) {
  const ownId = useId();
  const id = props.id ?? ownId;
  const error = use(FieldErrors)[id];
  // Without asterisks: optional fields are labelled as such.
  return { ...props, id, withAsterisk: false, error: props.error ?? error };
}

/** A text input of a `Form`. */
export function TextField(props: TextInputProps) {
  return <TextInput {...useField(props)} />;
}

/** A password input of a `Form`. */
export function PasswordField(props: PasswordInputProps) {
  return <PasswordInput {...useField(props)} />;
}

interface NumberFieldProps extends TextInputProps {
  /** Whether only whole numbers are valid. */
  whole?: boolean;
}

/** An input for a number, with a decimal point or comma. Its value is a text: see `numberIn`. */
export function NumberField({ whole = false, ...props }: NumberFieldProps) {
  return (
    <TextField
      inputMode={whole ? 'numeric' : 'decimal'}
      pattern={whole ? WHOLE_NUMBER : DECIMAL_NUMBER}
      autoComplete="off"
      {...props}
    />
  );
}

const WHOLE_NUMBER = String.raw`\s*\d+\s*`;
const DECIMAL_NUMBER = String.raw`\s*[+\-−]?(\d+([.,]\d*)?|[.,]\d+)([eE][+\-]?\d+)?\s*`;

/** A select of a `Form`. */
export function SelectField(props: SelectProps) {
  return <Select {...useField(props)} />;
}
