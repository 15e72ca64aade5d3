import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import { useDeployment } from '../../api';
import { Can, CopyField, ExternalLink } from '../../components';
import { link } from '../../links';

const STEPS = ['secret', 'task', 'run', 'watch', 'realTime'] as const;

/** What an OSS access key's secret holds. */
const SECRET = '{"access_key_id": "…", "secret_access_key": "…"}';

/** The steps of the tutorial, with the places where they are done. */
export function GettingStarted() {
  const { t } = useTranslation('home');
  const { data: deployment } = useDeployment();
  const more: Record<(typeof STEPS)[number], ReactNode> = {
    secret: (
      <>
        <CopyField bare label={t('steps.secret.value')} value={SECRET} />
        {deployment && <ExternalLink href={deployment.create_secret_url}>{t('steps.secret.link')}</ExternalLink>}
      </>
    ),
    task: (
      <Can role="admin">
        <Link href={link.createTask()}>{t('steps.task.link')}</Link>
      </Can>
    ),
    run: null,
    watch: <Link href={link.tasks()}>{t('steps.watch.link')}</Link>,
    realTime: null,
  };
  return (
    <Container header={<Header variant="h2">{t('steps.title')}</Header>}>
      <ol className="steps">
        {STEPS.map((step) => (
          <li key={step}>
            <Box variant="h3" padding="n">
              {t(`steps.${step}.title`)}
            </Box>
            <Box variant="p">{t(`steps.${step}.text`)}</Box>
            {more[step]}
          </li>
        ))}
      </ol>
    </Container>
  );
}
