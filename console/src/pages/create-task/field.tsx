import FormField from '@cloudscape-design/components/form-field';
import type { FormFieldProps } from '@cloudscape-design/components/form-field';
import type { FocusEvent, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import { afterClick } from './pointer';
import { useWizard } from './wizard-context';

interface Props extends Pick<FormFieldProps, 'description' | 'constraintText' | 'warningText'> {
  /** The API's name of the setting. */
  name: string;
  label: ReactNode;
  optional?: boolean;
  stretch?: boolean;
  children: ReactNode;
}

/** A form field that says what is wrong with its setting once the user has been there. */
export function Field({ name, label, optional = false, children, ...rest }: Props) {
  const { t } = useTranslation('createTask');
  const { problem, touch } = useWizard();
  const error = problem(name);

  function leave(event: FocusEvent<HTMLDivElement>) {
    if (!event.currentTarget.contains(event.relatedTarget)) afterClick(() => touch(name));
  }

  return (
    <div onBlur={leave} data-field={name}>
      <FormField
        label={optional ? <Optional label={label} mark={t('optional')} /> : label}
        errorText={error}
        {...rest}
        warningText={error === undefined ? rest.warningText : undefined}
      >
        {children}
      </FormField>
    </div>
  );
}

function Optional({ label, mark }: { label: ReactNode; mark: string }) {
  return (
    <>
      {label} <i className="field-optional">{mark}</i>
    </>
  );
}
