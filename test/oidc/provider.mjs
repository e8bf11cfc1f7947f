// provider: a real OpenID provider (npm's oidc-provider) on a port of this machine, for the tests of sign-in. Everybody who asks
// is "inspector-1", at once and without a page. Prints its issuer and ends with its standard input.
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const server = createServer();
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
    clients: [
        {
            client_id: 'childfirst',
            client_secret: 'a-secret-of-the-test',
            redirect_uris: ['http://127.0.0.1:9/signed-in'],
            grant_types: ['authorization_code'],
            response_types: ['code'],
            token_endpoint_auth_method: 'client_secret_basic',
        },
    ],
    pkce: { required: () => true, methods: ['S256'] },
    features: { devInteractions: { enabled: false } },
    cookies: { keys: ['a-key-of-the-test'] },
    findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
});

const serve = provider.callback();

async function interact(req, res) {
    const { prompt, params, session } = await provider.interactionDetails(req, res);
    if (prompt.name === 'login') {
        return provider.interactionFinished(req, res, { login: { accountId: 'inspector-1' } });
    }
    const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
    grant.addOIDCScope('openid');
    return provider.interactionFinished(req, res, { consent: { grantId: await grant.save() } }, { mergeWithLastSubmission: true });
}

server.on('request', (req, res) => {
    if (req.url.startsWith('/interaction/')) {
        interact(req, res).catch((e) => {
            res.statusCode = 500;
            res.end(String(e));
        });
        return;
    }
    serve(req, res);
});

console.log(issuer);
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
