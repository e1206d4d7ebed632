// What the drawn page needs, bundled for a browser.
import { IoTEventsClient } from '@aws-sdk/client-iot-events';
import { DescribeDashboardCommand, IoTSiteWiseClient } from '@aws-sdk/client-iotsitewise';
import { IoTTwinMakerClient } from '@aws-sdk/client-iottwinmaker';
import { DashboardView, migrateDashboard } from '@iot-app-kit/dashboard';
import React from 'react';
import { createRoot } from 'react-dom/client';

globalThis.page = {
  DashboardView,
  DescribeDashboardCommand,
  IoTEventsClient,
  IoTSiteWiseClient,
  IoTTwinMakerClient,
  React,
  createRoot,
  migrateDashboard,
};
