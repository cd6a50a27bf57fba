// How the page calls Apex: as JSON over HTTP. What Apex throws comes back as it does in Salesforce.
export async function call(type, method, given) {
    const response = await fetch(`/apex/${type}/${method}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(given)
    });
    const body = await response.json();
    if (!response.ok) throw { status: response.status, body };
    return body;
}
