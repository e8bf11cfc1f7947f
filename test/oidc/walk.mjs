// walk: a browser without pages: follows the redirects from the address it is given, keeping cookies, until one leads away from
// the provider; prints that one.
let url = process.argv[2];
const home = new URL(url).origin;
const jar = new Map();
for (let step = 0; step < 20; step++) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(url, { redirect: 'manual', headers: cookie ? { cookie } : {} });
    for (const line of answer.headers.getSetCookie()) {
        const [pair] = line.split(';');
        const at = pair.indexOf('=');
        jar.set(pair.slice(0, at), pair.slice(at + 1));
    }
    const to = answer.headers.get('location');
    if (!to) {
        console.error(answer.status, await answer.text());
        process.exit(1);
    }
    url = new URL(to, url).href;
    if (new URL(url).origin !== home) {
        console.log(url);
        process.exit(0);
    }
}
process.exit(1);
