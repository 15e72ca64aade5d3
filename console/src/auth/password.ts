/** The rules of the user pool (`PasswordPolicy` in `template.yaml`); Cognito's own word is final. */
const RULES = {
  length: (password: string) => password.length >= 12,
  lower: (password: string) => /[a-z]/.test(password),
  upper: (password: string) => /[A-Z]/.test(password),
  digit: (password: string) => /[0-9]/.test(password),
  spaces: (password: string) => password !== '' && password === password.trim(),
} as const;

export type PasswordRule = keyof typeof RULES;

export const PASSWORD_RULES = Object.keys(RULES) as PasswordRule[];

export function meets(password: string, rule: PasswordRule): boolean {
  return RULES[rule](password);
}

export function isAllowed(password: string): boolean {
  return PASSWORD_RULES.every((rule) => meets(password, rule));
}
