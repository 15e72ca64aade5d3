import Button from '@cloudscape-design/components/button';
import { useTranslation } from 'react-i18next';

import { Can } from '../../components';
import { link } from '../../links';

export function CreateTaskButton() {
  const { t } = useTranslation('tasks');
  return (
    <Can role="admin">
      <Button variant="primary" href={link.createTask()}>
        {t('create')}
      </Button>
    </Can>
  );
}
