import { editor } from 'monaco-graphql/monaco-editor';

// GraphiQL's own themes for Monaco are pink. Monaco takes hexadecimal colours only, so these repeat what
// graphiql.css says in CSS variables.
const palettes = {
  light: {
    accent: '#4b6b33',
    surface: '#ffffff',
    text: '#2c352a',
    quiet: '#7b8577',
    variable: '#8a5a1c',
    type: '#2f6668',
    value: '#8a4a35',
  },
  dark: {
    accent: '#a4c586',
    surface: '#1f241e',
    text: '#d5dbd0',
    quiet: '#87917f',
    variable: '#dcb67c',
    type: '#8cc4c2',
    value: '#dba28c',
  },
};

export const editorTheme = { light: 'spectrakey-light', dark: 'spectrakey-dark' };

export function defineEditorThemes(): void {
  define(editorTheme.light, 'vs', palettes.light);
  define(editorTheme.dark, 'vs-dark', palettes.dark);
}

/** Long lines of a document are wrapped; a spectrum in the variables stays on one line. */
export function wrapDocuments(): void {
  editor.onDidCreateEditor(created => {
    created.onDidChangeModel(() => {
      if (created.getModel()?.getLanguageId() === 'graphql') created.updateOptions({ wordWrap: 'on' });
    });
  });
}

function define(name: string, base: 'vs' | 'vs-dark', palette: (typeof palettes)['light']): void {
  const { accent, surface, text, quiet, variable, type, value } = palette;
  const tint = `${accent}26`;
  editor.defineTheme(name, {
    base,
    inherit: true,
    rules: [
      { token: '', foreground: text },
      { token: 'keyword', foreground: accent },
      { token: 'comment', foreground: quiet },
      { token: 'key.identifier', foreground: text },
      { token: 'argument.identifier', foreground: variable },
      { token: 'type.identifier', foreground: type },
      { token: 'annotation', foreground: type },
      { token: 'string', foreground: value },
      { token: 'number', foreground: value },
      { token: 'string.key.json', foreground: text },
      { token: 'string.value.json', foreground: value },
      { token: 'keyword.json', foreground: accent },
    ],
    colors: {
      'editor.background': '#00000000',
      'editor.foreground': text,
      'editorLineNumber.foreground': `${quiet}99`,
      'editorLineNumber.activeForeground': quiet,
      'editor.selectionBackground': `${accent}40`,
      'editorBracketHighlight.foreground1': quiet,
      'editorBracketHighlight.foreground2': quiet,
      'editorBracketHighlight.foreground3': quiet,
      'editorHoverWidget.background': surface,
      'editorSuggestWidget.background': surface,
      'editorSuggestWidget.selectedBackground': tint,
      'editorSuggestWidget.selectedForeground': text,
      'editorSuggestWidget.highlightForeground': accent,
      'editorSuggestWidget.focusHighlightForeground': accent,
      'editorWidget.background': surface,
      'menu.background': surface,
      'menu.selectionBackground': tint,
      'menu.selectionForeground': text,
      'quickInput.background': surface,
      'quickInputList.focusBackground': tint,
      'quickInputList.focusForeground': text,
      'list.hoverBackground': tint,
      'list.highlightForeground': accent,
      'list.focusHighlightForeground': accent,
      'input.background': `${quiet}1a`,
      'textLink.foreground': accent,
      'textLink.activeForeground': accent,
      'editorLink.activeForeground': accent,
      'scrollbar.shadow': '#00000000',
      focusBorder: accent,
    },
  });
}
