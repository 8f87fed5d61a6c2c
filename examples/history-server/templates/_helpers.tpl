{{- define "component.labels" -}}
app: {{ .component }}
release: {{ .root.Release.Name }}
{{- end }}

{{- /* Makes the bucket's server known to mc under the name "store"; mc wants a home it can write to. */}}
{{- define "store.env" -}}
env:
  - name: HOME
    value: /tmp
  - name: ROOT_USER
    valueFrom: {secretKeyRef: {name: {{ .Release.Name }}-minio, key: root-user}}
  - name: ROOT_PASSWORD
    valueFrom: {secretKeyRef: {name: {{ .Release.Name }}-minio, key: root-password}}
  - name: MC_HOST_store
    value: "http://$(ROOT_USER):$(ROOT_PASSWORD)@{{ .Release.Name }}-minio:9000"
{{- end }}
