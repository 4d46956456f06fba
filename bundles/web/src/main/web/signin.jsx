import {useState} from 'preact/hooks';
import {ask} from './api.js';
import {Fault} from './parts.jsx';

/** Exchanges a token for a session; the token itself is not kept. */
export function SignIn({onDone}) {
    const [fault, setFault] = useState(null);
    const [busy, setBusy] = useState(false);
    const submit = async event => {
        event.preventDefault();
        const token = new FormData(event.target).get('token').trim();
        setBusy(true);
        try {
            onDone(await ask('session', {method: 'POST', token}));
        } catch (error) {
            setFault(error.status === 401 ? new Error('The server does not know this token') : error);
            setBusy(false);
        }
    };
    return (
        <main class="signin">
            <form onSubmit={submit}>
                <h1><img src="./icon.svg" alt="" width="34" height="34" /> Headwater</h1>
                <label for="token">Token</label>
                <input id="token" name="token" type="password" required autoFocus autocomplete="current-password"
                    spellcheck={false} aria-describedby="token-help" aria-invalid={fault ? true : undefined} />
                <p id="token-help" class="help">
                    The server’s first start wrote the administrator’s to <code>conf/admin.token</code>; others
                    get theirs from the administrator.
                </p>
                <Fault error={fault} />
                <button class="main" disabled={busy}>Sign in</button>
            </form>
        </main>
    );
}
