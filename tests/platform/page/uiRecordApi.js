// Records as Lightning Data Service gives them to a component: read once, read again when somebody says that they changed.
const listeners = new Set();

async function read(listener) {
    const { recordId, optionalFields } = listener.config;
    const response = await fetch(`/record/${recordId}?fields=${optionalFields.map((field) => field.fieldApiName)}`);
    const body = await response.json();
    listener.emit(response.ok ? { data: body, error: undefined } : { data: undefined, error: { body } });
}

export class getRecord {
    constructor(emit) {
        this.emit = emit;
        emit({ data: undefined, error: undefined });
    }

    connect() {
        listeners.add(this);
    }

    disconnect() {
        listeners.delete(this);
    }

    update(config) {
        this.config = config;
        if (config.recordId) read(this);
    }
}

export const getFieldValue = (record, field) => record?.fields?.[field.fieldApiName]?.value;

export async function notifyRecordUpdateAvailable(changed) {
    const ids = changed.map(({ recordId }) => recordId);
    await Promise.all([...listeners].filter(({ config }) => ids.includes(config.recordId)).map(read));
}
