{{- define "component.labels" -}}
app.kubernetes.io/name: {{ .component }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- end }}

{{- define "component.flowLabels" -}}
{app.kubernetes.io/name: {{ .component }}, app.kubernetes.io/instance: {{ .root.Release.Name }}}
{{- end }}

{{- define "secret.name" -}}
{{ .Values.existingSecret | default (printf "%s-secrets" .Release.Name) }}
{{- end }}

{{- define "airflow.envFrom" -}}
envFrom:
  - configMapRef: {name: {{ .Release.Name }}-env}
  - secretRef: {name: {{ include "secret.name" . }}}
{{- end }}

{{- /* Airflow's processes wait here until the hook Job has brought the database up to date. */}}
{{- define "airflow.waitForMigrations" -}}
- name: wait-for-migrations
  image: {{ .Values.airflow.image }}
  args: [airflow, db, check-migrations, --migration-wait-timeout=600]
  {{- include "airflow.envFrom" . | nindent 2 }}
{{- end }}
