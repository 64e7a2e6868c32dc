from __future__ import annotations

from django.urls import path

from desk import views

urlpatterns = [path("sms/ip1", views.ip1), path("sms/intelepeer", views.intelepeer)]
