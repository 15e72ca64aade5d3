import { useState } from 'react';

import type { NextStep } from '../../auth/model';
import { useSession } from '../../auth/session';
import type { SignedOutBecause } from '../../auth/session';
import { ForgotForm } from './forgot-form';
import { NewPasswordForm } from './new-password-form';
import { ResetForm } from './reset-form';
import { SignInForm } from './sign-in-form';

type View =
  | { form: 'sign-in'; note: 'expired' | 'signedOut' | 'resetDone' | null }
  | { form: 'new-password' }
  | { form: 'forgot'; isRequired: boolean }
  | { form: 'reset' };

/** Everything before somebody is signed in; which form is shown is not part of the address. */
export function SignInPage({ because }: { because: SignedOutBecause }) {
  const { refresh } = useSession();
  const [email, setEmail] = useState('');
  const [view, setView] = useState<View>({ form: 'sign-in', note: because === 'signed_out' ? 'signedOut' : because });
  const backToSignIn = () => setView({ form: 'sign-in', note: null });

  async function goOn(next: NextStep) {
    if (next === 'done') return refresh();
    if (next === 'new_password') return setView({ form: 'new-password' });
    if (next === 'reset_password') return setView({ form: 'forgot', isRequired: true });
    throw unsupported();
  }

  switch (view.form) {
    case 'sign-in':
      return (
        <SignInForm
          email={email}
          note={view.note}
          onEmail={setEmail}
          onNext={goOn}
          onForgot={() => setView({ form: 'forgot', isRequired: false })}
        />
      );
    case 'new-password':
      return <NewPasswordForm email={email} onNext={goOn} onBack={backToSignIn} />;
    case 'forgot':
      return (
        <ForgotForm
          email={email}
          isRequired={view.isRequired}
          onEmail={setEmail}
          onSent={() => setView({ form: 'reset' })}
          onBack={backToSignIn}
        />
      );
    case 'reset':
      return (
        <ResetForm email={email} onDone={() => setView({ form: 'sign-in', note: 'resetDone' })} onBack={backToSignIn} />
      );
  }
}

function unsupported(): Error {
  const error = new Error('unsupported sign-in step');
  error.name = 'Unsupported';
  return error;
}
